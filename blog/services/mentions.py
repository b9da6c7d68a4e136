"""Our own products and evenings that a text leads to by a link which stands alone: shown as cards.

The link itself stays in the stored text, for feeds and mails, and wherever the other app has nothing to say of it.
"""

import re
from collections.abc import Iterator, Sequence
from html import unescape
from typing import NamedTuple
from urllib.parse import urlsplit

from blog.services import cards
from blog.services.cards import Card
from shared.config import AppName, Settings

LINK = r'<a(?: (?!href=)[\w-]+="[^"]*")* href="(?P<{name}>[^"]*)"[^>]*>'
# A paragraph of one link, or the editor's bookmark card.
ALONE = re.compile(
    rf"<p>\s*{LINK.format(name='link')}(?:(?!</a>|<p>).)*</a>\s*</p>"
    rf'|<figure class="kg-card kg-bookmark-card[^"]*">\s*{LINK.format(name="bookmark")}(?:(?!</figure>).)*</figure>',
    re.DOTALL,
)
# Of one app in one text; what comes after them stays a link.
MOST = 20
SELLERS: tuple[AppName, ...] = ("events", "market")


class Piece(NamedTuple):
    """Of a text, in order. `html` as it was stored, which `card` stands for when there is one."""

    html: str
    app: AppName | None = None
    path: str = ""
    card: Card | None = None


class Body(NamedTuple):
    pieces: Sequence[Piece]
    complete: bool


async def with_cards(html: str, settings: Settings) -> Body:
    pieces = list(_split(html, settings))
    known = await cards.of_paths({app: _paths(pieces, app) for app in SELLERS if _paths(pieces, app)})
    shown = [piece._replace(card=known.get(piece.app, {}).get(piece.path)) if piece.app else piece for piece in pieces]
    return Body(shown, complete=all(piece.app in known for piece in pieces if piece.app))


def _split(html: str, settings: Settings) -> Iterator[Piece]:
    end = 0
    for found in ALONE.finditer(html):
        app, path = _place(unescape(found["link"] or found["bookmark"]), settings)
        if app:
            yield Piece(html[end : found.start()])
            yield Piece(found[0], app, path)
            end = found.end()
    yield Piece(html[end:])


def _place(address: str, settings: Settings) -> tuple[AppName | None, str]:
    for app in SELLERS:
        if address.startswith(getattr(settings.apps, app) + "/"):
            return app, urlsplit(address).path
    return None, ""


def _paths(pieces: list[Piece], app: AppName) -> list[str]:
    """Each once, as they come."""
    return list(dict.fromkeys(piece.path for piece in pieces if piece.app == app and "," not in piece.path))[:MOST]
