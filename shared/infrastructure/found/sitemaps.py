"""Maps of the site for crawlers: one an app, and in blog the list of them. https://www.sitemaps.org/protocol.html"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from quart import Response

from shared.browser.app.utils.settings import current_settings
from shared.browser.app.utils.templates import render_alone
from shared.utils import host_url


class Place(NamedTuple):
    """An absolute, canonical address, and when what it shows last changed, when that is known."""

    url: str
    changed_at: datetime | None = None


def answer_map(places: Iterable[Place]) -> Response:
    return Response(render_alone("found/sitemap.xml", places=places), mimetype="application/xml")


def answer_index() -> Response:
    """Cart is not in it: nothing there is for anybody but its visitor."""
    settings = current_settings()
    maps = [
        host_url(settings, "blog", "/sitemap-posts.xml"),
        host_url(settings, "market", "/sitemap.xml"),
        host_url(settings, "events", "/sitemap.xml"),
    ]
    return Response(render_alone("found/sitemap_index.xml", maps=maps), mimetype="application/xml")
