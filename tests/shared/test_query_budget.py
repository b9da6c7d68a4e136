"""No address of any app asks the database more than five times, the visit and the menu included."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from werkzeug.routing import Rule

from shared.db.session import transaction
from shared.models import GhostNewsletter, MenuItem
from shared.utils import utcnow
from tests.factories.blog import a_page, a_post, a_tag, an_author, in_days
from tests.factories.cart import a_placed_order
from tests.factories.events import a_calendar, a_ticket_type, an_entry
from tests.factories.market import a_category, a_marketplace, a_producer, a_product
from tests.house import APPS, House

MOST = 5
# Signed calls among the apps, and what asks nothing.
LEFT_OUT = ("/internal/", "/static/", "/media/")
SLUG = "the-one"
VALUES: dict[str, Any] = {"slug": SLUG, "category": SLUG, "year": 2026, "month": 5, "section": "posts", "name": "none"}
# Routes for addresses that are deliberately something else.
NAMES = {"token": "the-order", "order": "no-such-order"}


@contextmanager
def statements(house: House) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(house.engine.sync_engine, "before_cursor_execute", note)
    yield seen
    event.remove(house.engine.sync_engine, "before_cursor_execute", note)


async def fill_blog(session: AsyncSession) -> None:
    posts = [await a_post(session, f"Notes {number}", published_at=in_days(-1 - number)) for number in range(9)]
    posts.append(await a_post(session, "One", slug=SLUG))
    await a_tag(session, "Growing", *posts, slug=SLUG)
    (await an_author(session, "Maud Hartley", *posts)).slug = SLUG
    await a_page(session, "The Old Dairy")
    session.add_all([GhostNewsletter(name="Box", slug="box"), MenuItem(label="Journal", url="/posts/")])


async def fill_market(session: AsyncSession) -> None:
    stall, maker = await a_marketplace(session, slug=SLUG), await a_producer(session, slug=SLUG)
    shelf = await a_category(session, slug=SLUG)
    about = {"marketplace_id": stall.id, "category_id": shelf.id, "producer_id": maker.id}
    for number in range(9):
        await a_product(session, slug=f"{SLUG}-{number}" if number else SLUG, **about)


async def fill_events(session: AsyncSession) -> None:
    calendar = await a_calendar(session, slug=SLUG)
    for number in range(9):
        begins = utcnow() + timedelta(days=1 + number)
        entry = await an_entry(session, calendar=calendar, slug=SLUG, starts_at=begins)
        await a_ticket_type(session, entry=entry)


async def fill_cart(_session: AsyncSession) -> None:
    await a_placed_order(token=NAMES["token"])


FILL: dict[str, Callable[[AsyncSession], Awaitable[None]]] = {
    "blog": fill_blog,
    "market": fill_market,
    "events": fill_events,
    "cart": fill_cart,
}


def address(rule: Rule) -> str:
    values = {name: VALUES.get(name, NAMES.get(name, 1)) for name in rule.arguments}
    built = rule.build(values)
    assert built is not None, rule.rule
    return built[1]


@pytest.mark.parametrize("app", APPS)
async def test_no_address_asks_the_database_more_than_five_times(house: House, app: str) -> None:
    async with transaction() as session:
        await FILL[app](session)
    browser = await house.signed_in(await house.member(admin=True))
    for other in APPS:
        if other != app:
            house.stop(other)
    rules = [rule for rule in house.apps[app].url_map.iter_rules() if "GET" in (rule.methods or ())]
    paths = sorted({address(rule) for rule in rules if not rule.rule.startswith(LEFT_OUT)})

    asked, shown = {}, []
    for path in paths:
        # As for the first visitor after the menu changed.
        house.apps[app].extensions["page_cache"].values.pop("menu", None)
        with statements(house) as seen:
            answer = await browser.get(house.url(app, path), follow_redirects=False)
        asked[path] = len(seen)
        shown += [path] if answer.status_code < 400 else []
        # What needs another app says that it is away.
        assert answer.status_code != 500, path

    assert {path: count for path, count in asked.items() if count > MOST} == {}
    assert len(shown) > len(paths) * 0.7, sorted(set(paths) - set(shown))
