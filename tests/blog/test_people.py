"""Looking after one's own account, and after other people's."""

import re
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select, text

from blog.services import members
from cart.models import Order
from cart.services.baskets import Identity
from events.models import Hold
from shared.config import Settings
from shared.db.session import get_session, transaction
from shared.events.bus import emit_event
from shared.events.payloads.cart import OrderLine, OrderPaid
from shared.models import AuditEntry, Right, Role, User
from shared.utils import utcnow
from tests.factories.blog import a_page
from tests.factories.cart import a_placed_order
from tests.factories.events import a_ticket_type
from tests.factories.market import a_product
from tests.fakes.mail import MailFake
from tests.house import House, settings_for


@pytest.fixture
def settings(database_url: str, tmp_path: Path, mail: MailFake) -> Settings:
    return settings_for(database_url, home=tmp_path, smtp_url=mail.url)


@pytest.fixture
async def boss(house: House) -> httpx.AsyncClient:
    return await house.signed_in(await house.member("bob@example.com", name="Bob", admin=True))


async def acts(action: str) -> int:
    async with get_session(read_only=True) as session:
        return await session.scalar(select(func.count()).where(AuditEntry.action == action)) or 0


async def test_a_role_is_given_for_one_page_and_taken_back(house: House, boss: httpx.AsyncClient) -> None:
    ann = await house.member()
    async with transaction() as session:
        bakery = await a_page(session, title="Mill Bakery")
    role = {"role": "shopkeeper", "page_id": str(bakery.id)}

    given = await boss.post(f"/admin/members/{ann.id}/grants/", data=role)
    async with get_session(read_only=True) as session:
        held = (await session.get_one(User, ann.id)).rights
    taken = await boss.post(f"/admin/members/{ann.id}/grants/delete/", data=role)

    assert given.status_code == 200
    assert held == (Right(Role.SHOPKEEPER, ("page", bakery.id)),)
    assert "No role: an ordinary member." in taken.text
    assert (await acts("role.granted"), await acts("role.revoked")) == (2, 1)


async def test_an_editor_is_always_one_for_the_whole_site(house: House, boss: httpx.AsyncClient) -> None:
    ann = await house.member()
    async with transaction() as session:
        bakery = await a_page(session)

    answer = await boss.post(f"/admin/members/{ann.id}/grants/", data={"role": "editor", "page_id": str(bakery.id)})

    assert answer.status_code == 422
    assert "always holds for the whole site" in answer.text


async def test_signed_out_everywhere_means_now(house: House, boss: httpx.AsyncClient) -> None:
    ann = await house.member()
    browser = await house.signed_in(ann)

    await boss.post(f"/admin/members/{ann.id}/sessions/delete/")

    assert "/sign-in/" in str((await browser.get("/account/")).url)


async def test_the_audit_log_is_searched_and_downloaded(house: House, boss: httpx.AsyncClient) -> None:
    ann = await house.member()
    await boss.post(f"/admin/members/{ann.id}/grants/", data={"role": "editor"})

    found = await boss.get(f"/admin/audit/?who=bob&action=role&subject=user:{ann.id}")
    none = await boss.get("/admin/audit/?until=2001-01-01")
    file = await boss.get("/admin/audit.csv?action=role.granted")

    assert f"user:{ann.id}" in found.text
    assert "bob@example.com" in found.text
    assert "Nothing found" in none.text
    assert file.headers["Content-Type"].startswith("text/csv")
    assert "role=editor" in file.text
    assert "@" not in file.text


async def asked(house: House, mail: MailFake, browser: httpx.AsyncClient, address: str) -> str:
    """The path in the mail that went to the new address."""
    await browser.post("/account/email/", data={"email": address})
    await house.deliver()
    letter = next(one for one in mail.messages if one["To"] == address)
    body = letter.get_body(("plain",))
    found = re.search(r"/account/email/[0-9a-f]+/", body.get_content() if body else "")
    assert found
    return found.group()


async def test_the_member_gets_everything_from_all_four_apps(house: House) -> None:
    ann = await house.member()
    browser = await house.signed_in(ann)
    async with transaction() as session:
        loaf = await a_product(session, title="Rye loaf")
    await browser.post(house.url("market", f"/products/{loaf.slug}/like/"))

    answer = await browser.get("/account/everything.json")

    assert set(answer.json()) == {"made_at", "blog", "market", "cart", "events"}
    assert answer.json()["blog"]["account"]["email"] == "ann@example.com"
    assert answer.json()["market"]["likes"][0]["product"] == "Rye loaf"
    assert "token_hash" not in answer.text


async def test_there_is_no_half_a_file(house: House) -> None:
    browser = await house.signed_in(await house.member())
    house.stop("events")

    answer = await browser.get("/account/everything.json")

    assert answer.status_code == 503
    assert "cannot reach your tickets" in answer.text


async def test_an_erased_member_is_nowhere_in_the_database(house: House, mail: MailFake) -> None:
    ann = await house.member("canary@example.com", name="Canarybird")
    browser = await house.signed_in(ann)
    await a_bought_ticket(ann)
    await asked(house, mail, browser, "canary2@example.com")
    await browser.post("/sign-in/", data={"email": "canary@example.com"})
    await house.deliver()

    refused = await browser.post("/account/erasure/", data={})
    done = await browser.post("/account/erasure/", data={"understood": "yes"})
    await house.deliver()

    assert refused.status_code == 422
    assert "Your account is erased" in done.text
    assert await rows_with("canary") == []
    assert "/sign-in/" in str((await browser.get("/account/")).url)
    async with get_session(read_only=True) as session:
        kept = (await session.execute(text("SELECT total, email FROM orders"))).one()
    assert kept.total > 0
    assert kept.email == "erased@erased.invalid"
    assert [str(one["Subject"]) for one in mail.messages if "canary@example.com" in one["To"]] != []


async def a_bought_ticket(member: User) -> None:
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


async def rows_with(word: str) -> list[str]:
    """Every table with a row in which the word stands, in whatever column."""
    async with get_session(read_only=True) as session:
        tables = await session.scalars(
            text(
                "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables "
                "WHERE table_type = 'BASE TABLE' AND table_schema IN ('public', 'event_log')"
            )
        )
        found = []
        for table in tables.all():
            hits = text(f"SELECT count(*) FROM {table} AS t WHERE t::text ILIKE :word")
            if await session.scalar(hits, {"word": f"%{word}%"}):
                found.append(table)
    return found


async def test_the_last_administrator_cannot_vanish(house: House, boss: httpx.AsyncClient) -> None:
    answer = await boss.post("/account/erasure/", data={"understood": "yes"})

    assert answer.status_code == 409
    async with get_session(read_only=True) as session:
        assert (await members.get_by_email(session, "bob@example.com")).is_admin
