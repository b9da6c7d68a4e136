"""A member who has left something in every table that may hold something of a member, and a way to look for it."""

from collections.abc import Sequence

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from blog.models import Authenticator, Author, EmailUndo, Passkey, PasskeyChallenge, RecoveryCode
from cart.models import Order, Refund
from cart.services.baskets import Identity
from events.models import Hold
from market.models import Like
from shared.db.session import get_session, transaction
from shared.events.bus import DomainFact, emit_event
from shared.events.payloads.blog import SignedIn
from shared.events.payloads.cart import OrderLine, OrderPaid, OrderRefunded
from shared.events.payloads.events import TicketsIssued
from shared.models import GhostNewsletter, Right, Role, User, UserNewsletter, UserSession
from shared.utils import random_token, utcnow
from tests.factories.cart import a_line, a_placed_order, in_basket
from tests.factories.events import a_ticket_type
from tests.factories.market import a_product
from tests.house import House

ADDRESS, NAME, WORD = "canary@example.com", "Canarybird", "canary"


async def nest(house: House) -> tuple[User, httpx.AsyncClient]:
    """The member, signed in, with a trace everywhere: what was told has arrived."""
    canary = await house.member(ADDRESS, name=NAME, rights=[Right(Role.STEWARD, ("page", 1))])
    browser = await house.signed_in(canary)
    order = await bought(canary)
    async with transaction() as session:
        await _in_the_account(session, canary)
        await _around(session, canary, order)
    await browser.post("/account/email/", data={"email": "canary2@example.com"})
    await house.client().post("/sign-in/", data={"email": ADDRESS, "next": "/search/?q=canary"})
    await house.deliver()
    await in_basket(a_line(title="Bread for a canary"), of=Identity(user_id=canary.id))
    await _in_the_bus(canary, order)
    return canary, browser


async def bought(member: User) -> Order:
    """Paid for, and told to everybody: the receipt and the ticket are on their way."""
    order = await a_placed_order(
        of=Identity(user_id=member.id), email=member.email, buyer=member.name, user_id=member.id
    )
    async with transaction() as session:
        kind = await a_ticket_type(session, held=1)
        hold = Hold(ticket_type_id=kind.id, quantity=1, user_id=member.id, until=utcnow(), order=order.token)
        hold.state = "bound"
        session.add(hold)
        await session.flush()
        paid = await session.get_one(Order, order.id)
        paid.status, paid.paid_at = "paid", utcnow()
        line = OrderLine(kind="ticket", item_id=kind.id, hold_id=hold.token, title="x", quantity=1, unit_price=1200)
        who = {"email": member.email, "buyer": member.name, "user_id": member.id}
        emit_event(session, OrderPaid(order=order.token, total=order.total, currency="GBP", lines=[line], **who))
    return order


async def _in_the_account(session: AsyncSession, member: User) -> None:
    letter = GhostNewsletter(name="Weekly", slug="weekly")
    session.add(letter)
    await session.flush()
    here = await session.get_one(User, member.id)
    here.note, here.ghost_id, here.last_seen_at = "A canary sings", "canary-in-ghost", utcnow()
    mine = {"user_id": member.id}
    soon = utcnow().replace(year=utcnow().year + 1)
    session.add_all(
        [
            UserNewsletter(newsletter_id=letter.id, **mine),
            Passkey(credential_id=b"c", public_key=b"k", name="Canary's phone", **mine),
            PasskeyChallenge(challenge_hash=b"h" * 32, expires_at=soon, **mine),
            Authenticator(sealed_secret=b"s", **mine),
            RecoveryCode(code_hash=b"r" * 32, **mine),
            EmailUndo(email="canary0@example.com", nonce="n", token_hash=b"u" * 32, expires_at=soon, **mine),
            UserSession(token_hash=b"t" * 32, public_id="p", user_agent="Canary/1.0", expires_at=soon, **mine),
            Author(name="A. Writer", slug="a-writer", **mine),
        ]
    )


async def _around(session: AsyncSession, member: User, order: Order) -> None:
    loaf = await a_product(session)
    session.add(Like(user_id=member.id, product_id=loaf.id))
    refund = {"order_id": order.id, "amount": 1, "currency": "GBP", "idempotency_key": random_token()}
    session.add(Refund(reason="The canary could not come", **refund))


def facts(member: User, order: Order) -> Sequence[DomainFact]:
    """Every kind of fact that says who somebody is."""
    about = {"order": order.token, "email": ADDRESS}
    return (
        SignedIn(user_id=member.id, email=ADDRESS, session_id="p"),
        OrderPaid(buyer=NAME, user_id=member.id, total=1, currency="GBP", lines=[], **about),
        OrderRefunded(amount=1, currency="GBP", **about),
        TicketsIssued(tokens=["t"], **about),
    )


async def _in_the_bus(member: User, order: Order) -> None:
    """In the log, waiting for its day, and in every state of a handler's trouble."""
    async with transaction() as session:
        for fact in facts(member, order):
            emit_event(session, fact, at=utcnow().replace(year=utcnow().year + 1))
    async with transaction() as session:
        for state in ("dead", "parked", "retry"):
            trouble = text(
                "INSERT INTO event_deliveries "
                "(handler, event_id, consumer, lane, key, state, attempts, next_at, error, event) "
                "SELECT 'nobody.' || :state, id, 'nobody', 'outside', key, :state, 1, now(), :error, "
                "to_jsonb(e) - 'xid' FROM domain_events e WHERE payload ? 'email'"
            )
            error = f"ValidationError(buyer: {NAME} is no number)"
            await session.execute(trouble, {"state": state, "error": error})


async def columns_with(word: str) -> set[str]:
    """`table.column`, wherever the word stands in a row, whatever the column's type: in JSON, texts and arrays."""
    found: set[str] = set()
    async with get_session(read_only=True) as session:
        for table in await _tables(session):
            cells = f"{table} AS t, jsonb_each_text(to_jsonb(t)) AS c (name, value)"
            hits = text(f"SELECT DISTINCT c.name FROM {cells} WHERE c.value ILIKE :word")
            found |= {f"{table}.{key}" for key in await session.scalars(hits, {"word": f"%{word}%"})}
    return found


async def columns_of_members() -> set[str]:
    """`table.column`, for every column that says which member: a key to the account, its number, or an address."""
    query = text(
        "SELECT format('%I.%I', c.relname, a.attname) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
        "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 "
        "AND (a.attname IN ('user_id', 'actor_id', 'member_id', 'owner_id', 'created_by') OR a.attname LIKE '%email%' "
        "OR EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.confrelid = 'users'::regclass "
        "AND a.attnum = ANY(k.conkey)))"
    )
    async with get_session(read_only=True) as session:
        return set(await session.scalars(query))


async def _tables(session: AsyncSession) -> Sequence[str]:
    query = text(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
    )
    return [table.removeprefix("public.") for table in await session.scalars(query)]
