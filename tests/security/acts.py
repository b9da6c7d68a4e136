"""Everything that staff may do, with a form that is taken: where it goes, and what it needs."""

import io
from collections.abc import Iterator
from typing import Any

import httpx
from PIL import Image
from sqlalchemy import text, update
from werkzeug.routing import Rule

from blog.services import authors
from cart.models import OrderLine, Payment
from shared.db.session import get_session, transaction
from shared.models import EventDelivery, User
from shared.utils import utcnow
from tests.factories.cart import a_line, a_placed_order
from tests.house import APPS, House
from tests.security import rooms, world
from tests.security.test_tenants import ICS

# What stands in an address is the newest of its kind, so that what is removed is what was just made.
NEWEST = {
    "author_id": "authors",
    "calendar_id": "calendars",
    "entry_id": "entries",
    "item_id": "menu_items",
    "member_id": "users",
    "newsletter_id": "ghost_newsletters",
    "post_id": "posts",
    "product_id": "products",
    "tag_id": "tags",
    "type_id": "ticket_types",
}
ROWS = {"admin_categories": "product_categories", "admin_marketplaces": "marketplaces", "admin_producers": "producers"}
FIRST, LAST = ("admin_members.create",), ("admin_members.destroy", "admin_posts.destroy", "admin_entries.destroy")
LETTERS = (7, 8)


async def settle(house: House, boss: User) -> dict[str, Any]:
    """World's things, and what has to have gone before: a letter that nobody takes, an order that is paid."""
    values = await world.build(house, boss)
    paid = await a_placed_order(a_line(item_id=2), status="paid", paid_at=utcnow())
    async with transaction() as session:
        # Made at the first post, and it would be noted then.
        await authors.author_for(session, boss)
        await session.execute(update(Payment).where(Payment.order_id == paid.id).values(status="PAID"))
        for number in LETTERS:
            where = {"handler": "blog.send", "consumer": "blog", "lane": "outside", "key": f"o{number}"}
            tried = {"state": "dead", "attempts": 10, "error": "gone", "next_at": utcnow()}
            session.add(EventDelivery(event_id=number, event={"type": "x"}, **where, **tried))
    await house.deliver()
    return values | {"handler": "blog.send", "event_id": LETTERS[0], "consumer": "market", "paid": paid}


def acts(house: House) -> Iterator[tuple[str, Rule]]:
    """First what makes, then what changes, then what removes."""
    found = [
        (name, rule)
        for name in APPS
        for rule in world.rules(house.apps[name])
        if rooms.is_staffs(rule) and world.method_of(rule) != "GET"
    ]
    return iter(sorted(found, key=lambda act: _turn(act[1].endpoint)))


def _turn(endpoint: str) -> tuple[int, str]:
    verb = endpoint.partition(".")[2]
    turn = {"create": 1, "destroy": 3}.get(verb, 2)
    return (0 if endpoint in FIRST else 4 if endpoint in LAST else turn), endpoint


async def do(house: House, browser: httpx.AsyncClient, name: str, rule: Rule, values: dict[str, Any]) -> httpx.Response:
    values = await _addressed(name, rule, values)
    sent, files = form_of(rule.endpoint, values), files_of(rule.endpoint)
    address = house.url(name, world.path_of(rule, values))
    return await browser.request(world.method_of(rule), address, data=sent, files=files, follow_redirects=False)


async def _addressed(name: str, rule: Rule, values: dict[str, Any]) -> dict[str, Any]:
    blueprint = rule.endpoint.partition(".")[0]
    tables = NEWEST | ({"row_id": ROWS[blueprint]} if blueprint in ROWS else {})
    async with get_session(read_only=True) as session:
        found = {key: await session.scalar(text(f"SELECT max(id) FROM {table}")) for key, table in tables.items()}
        version = await session.scalar(text("SELECT version FROM posts ORDER BY id DESC LIMIT 1"))
    order = values["paid"].token if rule.endpoint == "admin_refunds.create" else values["order"]
    token = order if name == "cart" else values["ticket"]
    here = {"stall": values["row_id"], "calendar": values["calendar_id"], "version": version, "token": token}
    return values | found | here


def form_of(endpoint: str, values: dict[str, Any]) -> dict[str, Any]:
    named = {"name": f"New by {endpoint}"}
    line: OrderLine = values["paid"].lines[0]
    forms: dict[str, dict[str, Any]] = {
        "admin_menu": {"label": "Shop", "url": "/shop/"},
        "admin_posts": {"title": "Words", "version": values["version"]},
        "admin_members.create": {"email": "fay@example.com"},
        "admin_grants.destroy": {"role": "editor"},
        "admin_grants": {"role": "editor"},
        "admin_pauses": {"consumer": "market"},
        "admin_replays": {"event_id": LETTERS[1], "handler": "blog.send"},
        "admin_products": {"title": "Oats", "price": "3.50", "marketplace_id": values["stall"]},
        "admin_stock.create": {"change": "3"},
        "admin_stock.update": {"is_published": "1"},
        "admin_refunds.create": {"line": line.id, "quantity": 1, "key": "k" * 16},
        "admin_entries": {"title": "Walk", "calendar_id": values["calendar"], "starts_at": "2030-05-01T18:00"},
        "admin_ticket_types": {"name": "Seat", "price": "1", "capacity": "9"},
        "admin_check_ins": {"code": values["ticket"]},
        **dict.fromkeys(("admin_authors", "admin_newsletters", "admin_tags"), named),
        **dict.fromkeys(("admin_members", "admin_calendars"), named),
        **dict.fromkeys(ROWS, named),
    }
    blueprint, _, verb = endpoint.partition(".")
    return forms.get(endpoint) or ({} if verb == "destroy" else forms.get(blueprint, {}))


def files_of(endpoint: str) -> dict[str, Any] | None:
    if endpoint == "admin_imports.create":
        return {"file": ("a.ics", ICS.encode(), "text/calendar")}
    if endpoint == "admin_uploads.create":
        picture = io.BytesIO()
        Image.new("RGB", (90, 60)).save(picture, "PNG")
        return {"file": ("a.png", picture.getvalue())}
    return None
