"""Whoever has the address that a member once had has nothing of that member's."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from shared.config import Settings
from shared.db.session import get_session, transaction
from shared.models import User
from tests.fakes.mail import MailFake
from tests.house import House, settings_for
from tests.security.canary import ADDRESS, NAME, bought
from tests.security.test_erasure import a_week_later, ask
from tests.security.visits import by_mail

# What was bought, and each line of the log that tells of it.
KEPT = {
    "orders": "SELECT email, buyer, user_id FROM orders ORDER BY id",
    "tickets": "SELECT email, name, user_id FROM tickets ORDER BY id",
    "log": "SELECT payload FROM domain_events WHERE payload ? 'order' ORDER BY id",
}


@pytest.fixture
def settings(database_url: str, tmp_path: Path, mail: MailFake) -> Settings:
    return settings_for(database_url, home=tmp_path, smtp_url=mail.url)


@pytest.fixture
async def member(house: House) -> User:
    """Has bought something, and has another address since."""
    found = await house.member(ADDRESS, name=NAME)
    await bought(found)
    await house.deliver()
    async with transaction() as session:
        (await session.get_one(User, found.id)).email = "new@example.com"
    return found


async def kept() -> dict[str, list[tuple[Any, ...]]]:
    async with get_session(read_only=True) as session:
        return {name: [tuple(row) for row in await session.execute(text(query))] for name, query in KEPT.items()}


async def shown(house: House, browser: httpx.AsyncClient) -> list[int]:
    """How many orders, and how many tickets, on the pages and in the file of all that is held."""
    orders = (await browser.get(house.url("cart", "/orders/"))).text.count("/orders/")
    tickets = (await browser.get(house.url("events", "/tickets/"))).text.count("/tickets/")
    account = (await browser.get("/account/")).text
    held = (await browser.get("/account/everything.json")).json()
    links = orders, tickets, account.count("/orders/"), account.count("/tickets/")
    return [*links, len(held["cart"]["orders"]), len(held["events"]["tickets"])]


async def test_they_see_nothing(house: House, member: User) -> None:
    nobody = await shown(house, await by_mail(house, await house.member("nobody@example.com")))
    stranger = await by_mail(house, await house.member(ADDRESS))

    assert nobody[-2:] == [0, 0]
    assert await shown(house, stranger) == nobody
    assert all(
        more > none for more, none in zip(await shown(house, await house.signed_in(member)), nobody, strict=True)
    )


async def test_their_erasure_takes_nothing_away(house: House, member: User) -> None:
    before = await kept()
    stranger = await by_mail(house, await house.member(ADDRESS))

    await ask(stranger)
    await a_week_later(house)

    assert {name: len(rows) > 0 for name, rows in before.items()} == dict.fromkeys(KEPT, True)
    assert await kept() == before


async def test_what_a_guest_bought_is_theirs_who_proves_the_address(house: House, member: User) -> None:
    async with transaction() as session:
        for table in ("orders", "tickets"):
            await session.execute(text(f"UPDATE {table} SET user_id = NULL"))
    nobody = await shown(house, await by_mail(house, await house.member("nobody@example.com")))
    browser = await by_mail(house, await house.member(ADDRESS))

    found = await shown(house, browser)
    await ask(browser)
    await a_week_later(house)

    assert all(more > none for more, none in zip(found, nobody, strict=True))
    after = await kept()
    assert {row[0] for row in (*after["orders"], *after["tickets"])} == {"erased@erased.invalid"}
