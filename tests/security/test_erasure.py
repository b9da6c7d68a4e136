"""A member who leaves: a week to think again, and then nothing of them is anywhere."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, text

from shared.config import Settings
from shared.db.session import get_session, transaction
from shared.models import AuditEntry, User
from tests.fakes.mail import MailFake
from tests.house import House, settings_for
from tests.security import canary
from tests.security.visits import by_mail

# What still says which member it was, by the number of an empty account, and why.
NUMBERS = {
    "audit_entries.actor_id": "who did what with more rights than a visitor has is kept; it names nobody any more",
}


@pytest.fixture
def settings(database_url: str, tmp_path: Path, mail: MailFake) -> Settings:
    return settings_for(database_url, home=tmp_path, smtp_url=mail.url)


async def ask(browser: httpx.AsyncClient) -> httpx.Response:
    return await browser.post("/account/erasure/", data={"understood": "yes"})


async def a_week_later(house: House) -> None:
    async with transaction() as session:
        await session.execute(text("UPDATE users SET erase_at = now() WHERE erase_at IS NOT NULL"))
        due = "event ->> 'type' = 'accounts.erasure_fell_due'"
        await session.execute(text(f"UPDATE event_schedule SET run_at = now() WHERE {due}"))
    await house.deliver()


async def row_of(member: User) -> User:
    async with get_session(read_only=True) as session:
        return await session.get_one(User, member.id)


async def acts(action: str) -> int:
    async with get_session(read_only=True) as session:
        return await session.scalar(select(func.count()).where(AuditEntry.action == action)) or 0


def subjects(mail: MailFake, address: str) -> list[str]:
    return [str(one["Subject"]) for one in mail.to(address)]


async def test_nothing_happens_unless_it_is_understood(house: House) -> None:
    ann = await house.member()
    browser = await house.signed_in(ann)

    refused = await browser.post("/account/erasure/", data={})

    assert refused.status_code == 422
    assert (await row_of(ann)).erase_at is None


async def test_who_asks_is_signed_out_everywhere_and_told_the_day(house: House, mail: MailFake) -> None:
    ann = await house.member()
    browser, other = await house.signed_in(ann), await house.signed_in(ann)

    said = await ask(browser)
    await house.deliver()

    assert "erased in a week" in said.text
    assert (await other.get("/account/")).url.path == "/sign-in/"
    assert subjects(mail, "ann@example.com") == ["Your account will be erased in a week"]
    assert (await row_of(ann)).email == "ann@example.com"
    boss = await house.signed_in(await house.member("bob@example.com", admin=True))
    assert "This member asked to be erased" in (await boss.get(f"/admin/members/{ann.id}/")).text
    assert "Leaves " in (await boss.get("/admin/members/")).text


async def test_signing_in_calls_it_off_for_good(house: House, mail: MailFake) -> None:
    ann = await house.member()
    await ask(await house.signed_in(ann))
    await house.deliver()

    back = await by_mail(house, ann)
    await a_week_later(house)

    assert (await back.get("/account/")).url.path == "/account/"
    assert (await row_of(ann)).erased_at is None
    assert subjects(mail, "ann@example.com")[-1] == "Your account stays"
    assert (await acts("erasure.requested"), await acts("erasure.called_off")) == (1, 1)


async def test_who_came_back_and_asks_again_gets_a_whole_week_again(house: House) -> None:
    ann = await house.member()
    await ask(await house.signed_in(ann))
    await ask(await by_mail(house, ann))

    async with transaction() as session:
        first = "run_at = (SELECT min(run_at) FROM event_schedule WHERE event ->> 'key' IS NOT NULL)"
        await session.execute(text(f"UPDATE event_schedule SET run_at = now() WHERE {first}"))
    await house.deliver()

    assert (await row_of(ann)).erased_at is None


async def test_the_last_administrator_may_not_leave_not_even_a_week_later(house: House) -> None:
    bob, cleo = await house.member("bob@example.com", admin=True), await house.member("c@example.com", admin=True)
    await ask(await house.signed_in(bob))
    await ask(await house.signed_in(cleo))

    await a_week_later(house)

    gone = [(await row_of(one)).erased_at is not None for one in (bob, cleo)]
    assert sorted(gone) == [False, True]


async def test_a_member_who_left_is_nowhere_in_the_database(house: House, mail: MailFake) -> None:
    member, browser = await canary.nest(house)
    before = await canary.columns_with(canary.WORD)
    here = await mentions(member)
    await house.member("bob@example.com", admin=True)

    await ask(browser)
    await house.deliver()
    await a_week_later(house)

    assert subjects(mail, canary.ADDRESS) != []
    # Or the test would look for what was never there.
    planted = {"users", "orders", "tickets", "refunds", "passkeys", "email_undos", "email_changes", "magic_links"}
    planted |= {"user_sessions", "basket_lines", "domain_events", "event_deliveries", "event_schedule"}
    assert planted - {name.split(".")[-2] for name in before} == set()
    assert await canary.columns_of_members() - here == set(), "plant something of a member's there, in canary.py"
    assert await canary.columns_with(canary.WORD) == set()
    assert await mentions(member) == set(NUMBERS)


async def mentions(member: User) -> set[str]:
    """The columns about members in which this one stands: by number, or by what looks like their address."""
    found: set[str] = set()
    async with get_session(read_only=True) as session:
        for name in await canary.columns_of_members():
            table, column = name.split(".")
            here = f"{column}::text = :number OR {column}::text ILIKE :word"
            query = f"SELECT EXISTS (SELECT FROM {table} WHERE {here})"
            values: dict[str, Any] = {"number": str(member.id), "word": f"%{canary.WORD}%"}
            if await session.scalar(text(query), values):
                found.add(name)
    return found


async def test_what_was_bought_stays_on_the_books(house: House) -> None:
    _, browser = await canary.nest(house)

    await ask(browser)
    await a_week_later(house)

    async with get_session(read_only=True) as session:
        order = (await session.execute(text("SELECT total, email, buyer FROM orders"))).one()
        ticket = (await session.execute(text("SELECT status, email, name FROM tickets"))).one()
    assert (order.total > 0, order.email, order.buyer) == (True, "erased@erased.invalid", "")
    assert (ticket.status, ticket.email, ticket.name) == ("valid", "erased@erased.invalid", "")


class Refusing(MailFake):
    async def handle_RCPT(self, *given: Any) -> str:  # noqa: N802  aiosmtpd's name
        address = given[3]
        return f"550 {address} has no box here"


async def test_what_a_mail_server_says_of_an_address_is_not_written_down(settings: Settings) -> None:
    mail = Refusing()
    mail.start()
    house = House(settings.model_copy(update={"smtp_url": mail.url}))

    await house.client().post("/sign-in/", data={"email": canary.ADDRESS})
    await house.deliver()

    async with get_session(read_only=True) as session:
        errors = list(await session.scalars(text("SELECT error FROM event_deliveries")))
    assert len(errors) == 1
    assert "550" in errors[0]
    assert canary.WORD not in errors[0]
    await house.aclose()
    mail.stop()
