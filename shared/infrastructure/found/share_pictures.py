"""The picture of a page when its link is shared: its words on paper, drawn when somebody first asks for it.

Its words stand in the address, signed, so that nobody else can have words drawn here; new words are a new address,
and browsers may keep every picture for good.
"""

import asyncio
import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from dataclasses import dataclass
from hmac import compare_digest
from html import unescape
from pathlib import Path

from quart import Blueprint, Response, request

from shared.browser.app.utils.settings import current_settings
from shared.config import AppName, Settings
from shared.errors import NotFound
from shared.utils import host_url, keyed_hash

bp = Blueprint("share_pictures", __name__)

SIGNATURE, LONGEST = 24, 300
# On the disk, some 30 KB each. What is asked for again after it went is drawn again.
KEPT = 1000
# Of the drawing itself: another number makes all addresses new.
EDITION = 2
# One at a time: each takes a few megabytes and a tenth of a second.
drawing = asyncio.Semaphore(1)


class NoSuchPicture(NotFound):
    message = "There is no such picture."


@dataclass(frozen=True)
class Card:
    """What a picture says and shows; its words may be escaped for HTML."""

    title: str
    kicker: str
    shown: str


def address(settings: Settings, app: AppName, card: Card) -> str:
    """The absolute address of the picture of this card."""
    words = [unescape(text).strip()[:LONGEST] for text in (card.title, card.kicker, card.shown)]
    look = f"{EDITION}-{settings.design.accent_hue:g}-{settings.design.accent_chroma:g}"
    payload = urlsafe_b64encode(json.dumps([look, *words], ensure_ascii=False).encode()).decode().rstrip("=")
    return host_url(settings, app, f"/share/{payload}.{_sign(settings, payload)}.png")


@bp.get("/share/<payload>.<signature>.png")
async def show(payload: str, signature: str) -> Response:
    settings = current_settings()
    if not compare_digest(signature.encode(), _sign(settings, payload).encode()):
        raise NoSuchPicture
    response = Response(await _picture(payload, settings), mimetype="image/png")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.set_etag(signature)
    await response.make_conditional(request)
    return response


async def _picture(payload: str, settings: Settings) -> bytes:
    folder = settings.home / "share"
    path = folder / f"{hashlib.sha256(payload.encode()).hexdigest()[:32]}.png"
    if not path.is_file():
        async with drawing:
            await asyncio.to_thread(_draw, payload, settings, path)
    return await asyncio.to_thread(path.read_bytes)


def _draw(payload: str, settings: Settings, path: Path) -> None:
    # Pillow is loaded when the first picture is asked for.
    from shared.infrastructure.found.share_drawing import draw
    from shared.infrastructure.found.shown import find

    # Addresses of the first edition named nothing to show.
    _look, title, kicker, *shown = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(f".{id(payload)}.half")
    half.write_bytes(draw(settings, title, kicker, find(settings, *shown)))
    half.replace(path)
    sweep(path.parent)


def sweep(folder: Path, *, kept: int = KEPT) -> None:
    """Removes the pictures drawn longest ago: every title that ever was leaves one behind."""
    # The apps share the folder: what another has just removed is no trouble, and the next drawing sweeps again.
    with suppress(FileNotFoundError):
        for one in sorted(folder.glob("*.png"), key=lambda one: one.stat().st_mtime_ns, reverse=True)[kept:]:
            one.unlink()


def _sign(settings: Settings, payload: str) -> str:
    return keyed_hash(settings.secret_key, f"share:{payload}")[:SIGNATURE]
