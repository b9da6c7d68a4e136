"""Every page asks the database at most five times, the member and the menu included."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from sqlalchemy import event

from shared.db.session import transaction
from shared.models import GhostNewsletter
from tests.factories.blog import a_page, a_post, a_tag, an_author, in_days
from tests.house import House

PATHS = (
    "/", "/posts/", "/notes-1/", "/the-old-dairy/", "/tag/growing/", "/author/maud-hartley/", "/search/?q=notes",
    "/rss/", "/sitemap.xml", "/sitemap-posts.xml",
    "/account/", "/account/newsletters/", "/account/data/", "/newsletters/",
    "/admin/", "/admin/posts/", "/admin/posts/1/",
    "/admin/members/", "/admin/tags/", "/admin/menu/", "/admin/newsletters/", "/admin/authors/",
)  # fmt: skip


@contextmanager
def statements(house: House) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(house.engine.sync_engine, "before_cursor_execute", note)
    yield seen
    event.remove(house.engine.sync_engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", PATHS)
async def test_a_page_asks_the_database_five_times_at_most(house: House, path: str) -> None:
    async with transaction() as session:
        posts = [await a_post(session, f"Notes {number}", published_at=in_days(-1 - number)) for number in range(9)]
        await a_tag(session, "Growing", *posts)
        await an_author(session, "Maud Hartley", *posts)
        await a_page(session, "The Old Dairy")
        session.add(GhostNewsletter(name="Box", slug="box"))
    bob = await house.signed_in(await house.member(admin=True))
    for app in ("market", "cart", "events"):
        house.apps[app].asgi_app = _away

    with statements(house) as seen:
        page = await bob.get(path)

    assert page.status_code == 200
    assert len(seen) <= 5, "\n\n".join(seen)


async def _away(_scope: object, _receive: object, _send: object) -> None:
    raise httpx.ConnectError("away")
