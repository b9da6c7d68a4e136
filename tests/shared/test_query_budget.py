"""No address of any app asks the database more than five times, the visit and the menu included."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from werkzeug.routing import Rule

from events.models import Hold, Ticket
from shared.db.session import transaction
from shared.errors import DomainError
from shared.infrastructure.found import share_pictures
from shared.models import GhostNewsletter, MenuItem, User
from shared.utils import utcnow
from tests.factories.blog import a_page, a_post, a_tag, an_author, in_days
from tests.factories.cart import a_placed_order, a_ticket_line
from tests.factories.events import a_calendar, a_ticket_type, an_entry
from tests.factories.market import a_category, a_marketplace, a_producer, a_product
from tests.house import APPS, ORIGINS, House, sign_in_token

MOST = 5
# Files, which ask nothing.
LEFT_OUT = ("/static/", "/media/")
SLUG = "the-one"
Values = dict[str, Any]
EVERYWHERE: Values = {"year": 2026, "month": 5, "section": "posts", "event_id": 1, "handler": "none"}
# What is no page for an administrator with everything at its place, one by one: and what it is instead.
NO_PAGE: dict[str, int] = {
    # Secrets from mails, which are asked for as any other; these are none.
    "/sign-in/<token>/": 409,
    "/account/email/<token>/": 404,
    "/account/email/undo/<token>/": 404,
    # Nothing has failed.
    "/admin/bus/letters/<int:event_id>/<handler>/": 404,
    # For whoever knows the key, and none is set.
    "/metrics": 404,
}
# What the other apps say in their calls.
ASKED: dict[str, Values] = {
    "/internal/cart/summary": {"user_id": 1},
    "/internal/cart/orders": {"user_id": 1},
    "/internal/market/offers": {"ids": "1,2,3"},
    "/internal/events/holds": {"ids": "a,b"},
    "/internal/events/tickets": {"user_id": 1},
}
_elsewhere: ContextVar[bool] = ContextVar("elsewhere", default=False)


@contextmanager
def statements(house: House) -> Iterator[list[str]]:
    """Of the app that is asked; what it makes others ask is theirs."""
    seen: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_: object) -> None:
        if not _elsewhere.get():
            seen.append(statement)

    event.listen(house.engine.sync_engine, "before_cursor_execute", note)
    yield seen
    event.remove(house.engine.sync_engine, "before_cursor_execute", note)


def count_apart(house: House, name: str) -> None:
    inner: Any = house.apps[name].asgi_app

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        before = _elsewhere.set(True)
        try:
            await inner(scope, receive, send)
        finally:
            _elsewhere.reset(before)

    house.apps[name].asgi_app = answer  # type: ignore[method-assign]


async def fill_blog(session: AsyncSession, member: User) -> Values:
    loaf = f'<p><a href="{ORIGINS["market"]}/products/rye/">rye</a></p>'
    posts = [await a_post(session, f"Notes {number}", published_at=in_days(-1 - number)) for number in range(9)]
    post = await a_post(session, "One", slug=SLUG, html=loaf, public_html=loaf)
    tag = await a_tag(session, "Growing", *posts, post, slug=SLUG)
    author = await an_author(session, "Maud Hartley", *posts, post)
    author.slug = SLUG
    await a_page(session, "The Old Dairy")
    letter, item = GhostNewsletter(name="Box", slug="box"), MenuItem(label="Journal", url="/posts/")
    session.add_all([letter, item])
    await session.flush()
    own = {"tag_id": tag.id, "author_id": author.id, "newsletter_id": letter.id, "item_id": item.id}
    return own | {"token": "none", "slug": SLUG, "post_id": post.id, "member_id": member.id, "user_id": member.id}


async def fill_market(session: AsyncSession, member: User) -> Values:
    stall, maker = await a_marketplace(session, slug=SLUG), await a_producer(session, slug=SLUG)
    shelf = await a_category(session, slug=SLUG)
    about = {"marketplace_id": stall.id, "category_id": shelf.id, "producer_id": maker.id}
    products = [await a_product(session, slug=f"{SLUG}-{n}" if n else SLUG, **about) for n in range(9)]
    return {"slug": SLUG, "category": SLUG, "row_id": stall.id, "product_id": products[0].id, "user_id": member.id}


async def fill_events(session: AsyncSession, member: User) -> Values:
    calendar = await a_calendar(session, slug=SLUG)
    entries = []
    for number in range(9):
        begins = utcnow() + timedelta(days=1 + number)
        entries.append(await an_entry(session, calendar=calendar, slug=SLUG, starts_at=begins))
        kind = await a_ticket_type(session, entry=entries[-1])
    about = {"order": "the-order", "email": member.email, "user_id": member.id, "name": "Ann"}
    hold = Hold(
        ticket_type_id=kind.id, quantity=1, user_id=member.id, until=utcnow(), order="the-order", state="converted"
    )
    session.add(hold)
    await session.flush()
    ticket = Ticket(entry_id=entries[-1].id, ticket_type_id=kind.id, hold_id=hold.id, place=1, **about)
    session.add(ticket)
    await session.flush()
    own = {"entry_id": entries[0].id, "type_id": kind.id, "calendar_id": calendar.id, "token": ticket.token}
    return own | {"slug": SLUG, "order": "the-order", "user_id": member.id}


async def fill_cart(_session: AsyncSession, member: User) -> Values:
    order = await a_placed_order(
        a_ticket_line(), user_id=member.id, email=member.email, status="paid", paid_at=utcnow()
    )
    return {"token": order.token, "user_id": member.id}


Fill = Callable[[AsyncSession, User], Awaitable[Values]]
FILL: dict[str, Fill] = {"blog": fill_blog, "market": fill_market, "events": fill_events, "cart": fill_cart}


def address(rule: Rule, values: Values) -> str:
    built = rule.build({name: values[name] for name in rule.arguments})
    assert built is not None, rule.rule
    return built[1]


def share_picture(house: House, app: Any) -> Values:
    """The parts of the address of a picture for whoever shares a page."""
    picture = share_pictures.address(house.settings, app, share_pictures.Card("Title", "Kicker", ""))
    payload, signature = picture.partition("/share/")[2].removesuffix(".png").split(".")
    return {"payload": payload, "signature": signature}


async def look(house: House, app: str, browser: httpx.AsyncClient, path: str) -> int:
    """The status of the answer; an internal path is asked for by another app."""
    if not path.startswith("/internal/"):
        return (await browser.get(house.url(app, path), follow_redirects=False)).status_code
    other = house.apps[next(name for name in APPS if name != app)].extensions["internal_api"]
    try:
        await other.send("GET", app, path, params=ASKED.get(path, {}))
    except DomainError as error:
        return pytest.fail(f"{path}: {error.message}")
    return 200


@pytest.mark.parametrize("app", APPS)
async def test_no_address_asks_the_database_more_than_five_times(house: House, app: str) -> None:
    member = await house.member(admin=True)
    async with transaction() as session:
        values = EVERYWHERE | share_picture(house, app) | await FILL[app](session, member)
    browser = house.client()
    browser.cookies.set("sid", await sign_in_token(member), domain="localhost.local")
    for other in set(APPS) - {app}:
        count_apart(house, other)
    rules = [rule for rule in house.apps[app].url_map.iter_rules() if "GET" in (rule.methods or ())]

    asked, refused = {}, {}
    for rule in rules:
        if rule.rule.startswith(LEFT_OUT):
            continue
        # As for the first visitor after the menu changed.
        house.apps[app].extensions["page_cache"].values.pop("menu", None)
        with statements(house) as seen:
            status = await look(house, app, browser, address(rule, values))
        asked[rule.rule] = len(seen)
        if status >= 400:
            refused[rule.rule] = status

    assert {path: count for path, count in asked.items() if count > MOST} == {}
    assert refused == {rule: status for rule, status in NO_PAGE.items() if rule in asked}
