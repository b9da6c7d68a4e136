"""Built assets under `/static/`: names carry a hash of the content, so browsers keep them for a year.

Pictures are also found under their plain names, for addresses that stand in a row and outlive a build.
"""

import json
import re
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path

from quart import Quart, Response, abort, request

from shared.errors import NotFound, Unavailable

DIST = Path(__file__).parents[1] / "static/dist"
HASHED_NAME = re.compile(r"(?:[\w-]+/)*[\w-]+-[0-9a-f]{16}\.\w+")
IMMUTABLE = "public, max-age=31536000, immutable"
# For a drawing that is opened as a page. A page's own policy is 900 bytes, and a first view asks for ten files.
CAGE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
# A plain name will mean another picture once that is drawn anew.
FOR_AN_HOUR = "public, max-age=3600"
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
    ".json": "application/json",
    ".txt": "text/plain",
}
# The preferred encoding first: its sibling's suffix and how browsers name it.
ENCODINGS = ((".br", "br"), (".gz", "gzip"))


class AssetsMissing(Unavailable):
    message = 'The style sheets and scripts are not built yet: run "make assets".'


class NoSuchAsset(NotFound):
    message = "There is no such asset."


def use_static_files(app: Quart, *, folder: Path = DIST) -> None:
    """Serve the built assets. The app must be made without a static folder of its own."""
    asset = asset_address(folder)

    async def serve_asset(name: str) -> Response:
        if HASHED_NAME.fullmatch(name) and (folder / name).is_file():
            return await _answer(folder / name, IMMUTABLE)
        if not name.startswith("images/"):
            abort(404)
        return await _answer(folder / asset(name).removeprefix("/static/"), FOR_AN_HOUR)

    app.add_url_rule("/static/<path:name>", "static_file", serve_asset)


def asset_address(folder: Path = DIST) -> Callable[[str], str]:
    """`asset("app.css")` for templates. The manifest is read at the first use: what shows no page needs no assets."""

    @cache
    def manifest() -> dict[str, str]:
        path = folder / "manifest.json"
        if not path.exists():
            raise AssetsMissing
        return dict(json.loads(path.read_text()))

    def asset(name: str) -> str:
        """`app.css` → `/static/app-<hash>.css`. Raises `AssetsMissing` or `NoSuchAsset`."""
        files = manifest()
        if name not in files:
            raise NoSuchAsset(f'There is no asset "{name}": a slip in its name, or run "make assets".')
        return f"/static/{files[name]}"

    return asset


def piece_address(sheet: str, folder: Path = DIST) -> Callable[[str], str]:
    """Where one icon of `icons.svg` stands, or one drawing of `images/drawings.svg`."""
    asset = asset_address(folder)

    @cache
    def drawn() -> frozenset[str]:
        text = (folder / asset(sheet).removeprefix("/static/")).read_text("utf-8")
        return frozenset(re.findall(r'<(?:symbol|g class="drawing") id="([\w-]+)"', text))

    def address(name: str) -> str:
        """Raises `NoSuchAsset` for an icon that no template and no line of icons.txt names, or that nobody drew."""
        if name not in drawn():
            raise NoSuchAsset(f'There is no "{name}" in {sheet}: a slip in its name, or an icon to name in icons.txt.')
        return f"{asset(sheet)}#{name}"

    return address


async def _answer(path: Path, kept: str) -> Response:
    sibling, encoding = _best(path)
    response = Response(_read(sibling), mimetype=TYPES.get(path.suffix, "application/octet-stream"))
    response.headers["Cache-Control"] = kept
    response.headers["Content-Security-Policy"] = CAGE
    response.headers["Vary"] = "Accept-Encoding"
    if encoding:
        response.headers["Content-Encoding"] = encoding
    response.set_etag(sibling.name)
    await response.make_conditional(request)
    return response


def _best(path: Path) -> tuple[Path, str | None]:
    for suffix, encoding in ENCODINGS:
        sibling = path.with_name(path.name + suffix)
        if request.accept_encodings[encoding] and sibling.exists():
            return sibling, encoding
    return path, None


@lru_cache(maxsize=64)
def _read(path: Path) -> bytes:
    return path.read_bytes()
