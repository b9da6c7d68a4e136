"""A page with the editor in a form, under the content security policy of the writing page, and what it was sent."""

import json
import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from rose.assets.places import Places
from shared.infrastructure.static_files import asset_address

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; media-src 'self' blob:; frame-src https:; form-action 'self'"
)
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Writing</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="{app}"><link rel="stylesheet" href="{css}">
<script src="{js}" defer></script></head><body><main class="shell"><form method="post" action="/save">
<label for="body">The text</label>
<div data-editor data-upload-url="/upload" data-version="{version}" data-lexical="{lexical}">
<textarea id="body" name="body" required>Plain</textarea></div>
<button data-save>Save</button></form></main></body></html>"""
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c63f8ffff3f0005fe02fea7350781000000"
    "0049454e44ae426082"
)


class EditorPage:
    def __init__(self) -> None:
        self.saved: list[dict[str, list[str]]] = []
        self.uploads: list[bytes] = []
        self.lexical = ""
        self.address = ""

    def html(self) -> str:
        asset = asset_address()
        names = {"app": asset("app.css"), "css": asset("editor.css"), "js": asset("editor.js")}
        return PAGE.format(**names, version=len(self.saved), lexical=escape(self.lexical))

    def answer(self, path: str) -> tuple[str, bytes]:
        if path.startswith("/static/"):
            file = Places().dist / path.removeprefix("/static/")
            return mimetypes.guess_type(path)[0] or "text/plain", file.read_bytes()
        if path.endswith(".png"):
            return "image/png", PIXEL
        return "text/html", self.html().encode()

    def take(self, path: str, body: bytes) -> tuple[str, bytes]:
        if path == "/upload":
            self.uploads.append(body)
            return "application/json", json.dumps({"url": "/content/leek.png"}).encode()
        self.saved.append(parse_qs(body.decode()))
        self.lexical = self.saved[-1]["lexical"][0] if "lexical" in self.saved[-1] else ""
        return "text/html", self.html().encode()


@contextmanager
def editor_page() -> Iterator[EditorPage]:
    page = EditorPage()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(page))
    page.address = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield page
    server.shutdown()
    server.server_close()
    thread.join()


def _handler(page: EditorPage) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(*page.answer(self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._send(*page.take(self.path, body))

        def _send(self, kind: str, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
