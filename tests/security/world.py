"""One thing of every kind, all of it Ann's or page 1's, and the people who have no business with it."""

from collections.abc import Collection, Mapping
from typing import Any

import httpx
from quart import Quart
from sqlalchemy import text
from werkzeug.routing import Rule

from blog.models import EmailChange
from blog.models.second_factor import Passkey
from blog.services import emails
from cart.models import Refund
from cart.services.baskets import Identity
from events.models import Hold, Ticket
from shared.db.session import get_session, transaction
from shared.models import GhostNewsletter, MenuItem, Right, Role, User
from shared.utils import random_token, utcnow
from tests.factories.blog import a_post, a_tag, an_author
from tests.factories.cart import a_placed_order
from tests.factories.events import a_calendar, a_ticket_type, an_entry
from tests.factories.market import a_category, a_marketplace, a_producer, a_product
from tests.house import House

SKIPPED = ("/static", "/internal")
OURS, THEIRS = ("page", 1), ("page", 2)
AREA = {"blog": Role.EDITOR, "market": Role.SHOPKEEPER, "events": Role.STEWARD, "cart": Role.TREASURER}


def rules(app: Quart) -> list[Rule]:
    """Every route that a browser may ask."""
    found = [rule for rule in app.url_map.iter_rules() if not rule.rule.startswith(SKIPPED)]
    return sorted(found, key=lambda rule: rule.rule)


def method_of(rule: Rule) -> str:
    return next(iter((rule.methods or set()) - {"HEAD", "OPTIONS", "GET"}), "GET")


def path_of(rule: Rule, values: Mapping[str, Any]) -> str:
    """KeyError names the part of a new route's address of which the world has none yet."""
    built = rule.build({name: values[name] for name in rule.arguments}, append_unknown=False)
    assert built is not None
    return built[1]


async def strangers(house: House, app: str) -> dict[str, httpx.AsyncClient]:
    """Nobody, another member, staff of every other area, and staff of the same area elsewhere."""
    cy = await house.member("cy@example.com", name="Cy")
    others = [Right(role) for role in AREA.values() if role is not AREA[app]]
    found = {
        "anonymous": house.client(),
        "another member": await house.signed_in(cy),
        "staff without the right": await house.signed_in(await house.member("di@example.com", rights=others)),
    }
    if app in {"market", "events"}:
        right = Right(AREA[app], THEIRS)
        found["staff of another page"] = await house.signed_in(await house.member("ed@example.com", rights=[right]))
    for browser in found.values():
        browser.follow_redirects = False
    return found


SESSIONS = '"public"."user_sessions"'


async def everything(*, without: Collection[str] = ()) -> dict[str, str]:
    """A fingerprint of every table; that a session was in use is bookkeeping."""
    async with get_session(read_only=True) as session:
        found = await session.execute(text("SELECT schemaname, relname FROM pg_stat_user_tables ORDER BY 1, 2"))
        names = [f'"{schema}"."{table}"' for schema, table in found if table not in without]
        one = "SELECT '{0}', coalesce(md5(string_agg({1}, '' ORDER BY {1})), '') FROM {0} t"
        told = dict.fromkeys(names, "t::text") | {SESSIONS: "(to_jsonb(t) - 'used_at')::text"}
        queries = [one.format(name, told[name]) for name in names]
        rows = await session.execute(text(" UNION ALL ".join(queries)))
        return {str(row[0]): str(row[1]) for row in rows}


async def build(house: House, ann: User) -> dict[str, Any]:
    values = {"section": "posts", "handler": "x", "event_id": 1, "consumer": "blog", "member_id": ann.id}
    return values | await _of_blog(house, ann) | await _of_market() | await _of_events() | await _of_cart(ann)


async def _of_blog(house: House, ann: User) -> dict[str, Any]:
    async with transaction() as session:
        post, tag, author = await a_post(session, status="draft"), await a_tag(session), await an_author(session)
        item = MenuItem(label="About", url="/about/")
        letter = GhostNewsletter(name="Weekly", slug="weekly")
        passkey = Passkey(user_id=ann.id, credential_id=b"c", public_key=b"k", sign_count=0, name="Phone")
        change = EmailChange(user_id=ann.id, email="new@example.com", nonce=random_token(), expires_at=utcnow())
        change.token_hash, change.expires_at = b"0" * 32, utcnow().replace(year=utcnow().year + 1)
        session.add_all([item, letter, passkey, change])
        await session.flush()
        return {
            "post_id": post.id,
            "draft": post.slug,
            "tag_id": tag.id,
            "author_id": author.id,
            "item_id": item.id,
            "newsletter_id": letter.id,
            "passkey_id": passkey.id,
            "change_secret": emails.secret_of(change, key=house.settings.secret_key),
        }


async def _of_market() -> dict[str, Any]:
    async with transaction() as session:
        stall = await a_marketplace(session, container_type=OURS[0], container_id=OURS[1])
        category, producer = await a_category(session), await a_producer(session)
        product = await a_product(session, marketplace_id=stall.id, is_published=False)
        # The three small tables each begin to count at 1, so one number fits them all.
        assert stall.id == category.id == producer.id
        return {"product_id": product.id, "hidden": product.slug, "row_id": stall.id}


async def _of_events() -> dict[str, Any]:
    async with transaction() as session:
        calendar = await a_calendar(session, container_type=OURS[0], container_id=OURS[1])
        entry = await an_entry(session, calendar=calendar, status="draft")
        kind = await a_ticket_type(session, entry=entry)
        hold = Hold(ticket_type_id=kind.id, quantity=1, until=utcnow(), state="converted", order="o")
        session.add(hold)
        await session.flush()
        ticket = Ticket(ticket_type_id=kind.id, entry_id=entry.id, hold_id=hold.id, place=1, order="o", email="a@b.c")
        session.add(ticket)
        await session.flush()
        found = {"calendar_id": calendar.id, "entry_id": entry.id, "type_id": kind.id, "ticket": ticket.token}
        return found | {"entry_slug": entry.slug}


async def _of_cart(ann: User) -> dict[str, Any]:
    order = await a_placed_order(of=Identity(user_id=ann.id), user_id=ann.id)
    async with transaction() as session:
        refund = Refund(order_id=order.id, amount=1, currency="GBP", idempotency_key=random_token())
        session.add(refund)
        await session.flush()
        return {"order": order.token, "refund_id": refund.id, "line_id": order.lines[0].basket_line_id}
