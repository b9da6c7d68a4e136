"""L2: pages in Valkey, for every process of an app and for those that start later."""

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from shared.browser.app.redis_cacher.kept import Kept, unpack
from shared.browser.app.redis_cacher.shelf import Address
from shared.browser.app.redis_cacher.valkey import Link
from shared.config import Settings

ROOT = Path(__file__).parents[4]


class Store:
    """A release has pages of its own: a new template never meets an old page."""

    def __init__(self, link: Link, settings: Settings, app: str) -> None:
        self.link = link
        about = f"{release()} {settings.site!r} {settings.apps!r} {settings.features!r}"
        self.prefix = f"pages:{app}:{_short(about)}:"

    async def get(self, address: Address) -> Kept | None:
        key = self._key(address)
        raw: Any = await self.link.ask(lambda: self.link.raw.get(key))
        try:
            return unpack(raw) if raw is not None else None
        except (ValueError, KeyError):
            return None

    async def put(self, address: Address, page: Kept, *, seconds: float) -> None:
        key, packed = self._key(address), page.pack()
        await self.link.ask(lambda: self.link.raw.set(key, packed, px=int(seconds * 1000)))

    def _key(self, address: Address) -> str:
        return self.prefix + _short(repr(tuple(address)))


@cache
def release() -> str:
    """Of everything that a page is made from: the code, the templates, the names of the assets."""
    found = hashlib.blake2b(digest_size=12)
    for path in sorted(_sources()):
        found.update(f"{path} ".encode() + path.read_bytes())
    return found.hexdigest()


def _sources() -> Iterable[Path]:
    for package in ("shared", "blog", "market", "cart", "events"):
        folder = ROOT / package
        yield from (path for path in folder.rglob("*.py") if "alembic" not in path.parts)
        yield from folder.rglob("templates/**/*.html")
    manifest = ROOT / "shared/static/dist/manifest.json"
    if manifest.exists():
        yield manifest


def _short(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
