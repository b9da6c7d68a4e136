"""A shop's webhook address: keeps what it is told, and answers as it is asked to."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class Listener:
    def __init__(self, *answers: int) -> None:
        """`answers` are the statuses of the first requests; after them everything is 204."""
        self.heard: list[dict[str, Any]] = []
        self.moments: list[float] = []
        self._answers = list(answers)
        self._news = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/hook"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def wait(self, count: int = 1) -> list[dict[str, Any]]:
        with self._news:
            self._news.wait_for(lambda: len(self.heard) >= count, timeout=10)
            return list(self.heard)

    def _hear(self, body: bytes) -> int:
        with self._news:
            self.moments.append(time.time())
            self.heard.append(json.loads(body))
            self._news.notify_all()
            return self._answers.pop(0) if self._answers else 204

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.send_response(listener._hear(self.rfile.read(int(self.headers["Content-Length"]))))
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        return Handler
