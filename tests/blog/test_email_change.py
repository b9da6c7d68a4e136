"""Another address for an account: proven by its link, told to the one before, and put back from there."""

import re
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select, text

from blog.services.schedule import once
from shared.config import Settings
from shared.db.session import get_session, transaction
from shared.models import AuditEntry, User
from tests.fakes.mail import MailFake
from tests.house import House, settings_for


@pytest.fixture
def settings(database_url: str, tmp_path: Path, mail: MailFake) -> Settings:
    return settings_for(database_url, home=tmp_path, smtp_url=mail.url)


async def asked(house: House, mail: MailFake, browser: httpx.AsyncClient, address: str) -> str:
    """The path in the mail that went to the new address."""
    await browser.post("/account/email/", data={"email": address})
    await house.deliver()
    return link_in(mail, address)


async def changed(house: House, mail: MailFake, browser: httpx.AsyncClient, before: str, address: str) -> str:
    """The way back, in the mail that went to the address before."""
    await browser.post(await asked(house, mail, browser, address))
    await house.deliver()
    return link_in(mail, before)


def link_in(mail: MailFake, address: str) -> str:
    """The link with a secret in the newest mail to this address."""
    body = mail.to(address)[-1].get_body(("plain",))
    found = re.search(r"/account/email/(undo/)?[0-9a-f]{64}/", body.get_content() if body else "")
    assert found
    return found.group()


async def address_of(member: User) -> str:
    async with get_session(read_only=True) as session:
        return (await session.get_one(User, member.id)).email


async def is_signed_in(browser: httpx.AsyncClient) -> bool:
    return (await browser.get("/account/")).url.path == "/account/"


async def test_an_address_changes_once_its_link_is_opened(house: House, mail: MailFake) -> None:
    ann = await house.member()
    browser, other = await house.signed_in(ann), await house.signed_in(ann)

    path = await asked(house, mail, browser, "new@example.com")
    before = (await browser.get("/account/")).text
    await browser.get(path)
    after = await browser.post(path)

    assert {one["To"] for one in mail.messages} == {"new@example.com", "ann@example.com"}
    assert "you sign in with ann@example.com" in before
    assert 'class="lead">new@example.com' in after.text
    assert not await is_signed_in(other)
    assert (await browser.post(path)).status_code == 404


async def test_nobody_else_can_use_the_link(house: House, mail: MailFake) -> None:
    path = await asked(house, mail, await house.signed_in(await house.member()), "new@example.com")
    cy = await house.signed_in(await house.member("cy@example.com"))

    assert (await cy.get(path)).status_code == 404
    assert (await cy.post(path)).status_code == 404


async def test_an_address_of_another_account_is_refused_to_its_owner_only(house: House, mail: MailFake) -> None:
    await house.member("cy@example.com")
    browser = await house.signed_in(await house.member())

    path = await asked(house, mail, browser, "cy@example.com")

    assert (await browser.post(path)).status_code == 409


async def test_the_address_before_hears_of_it_twice(house: House, mail: MailFake) -> None:
    browser = await house.signed_in(await house.member())

    await asked(house, mail, browser, "new@example.com")
    first = [str(one["Subject"]) for one in mail.to("ann@example.com")]
    await browser.post(link_in(mail, "new@example.com"))
    await house.deliver()

    assert first == ["Your address is about to change"]
    assert [str(one["Subject"]) for one in mail.to("ann@example.com")][1:] == ["Your address was changed"]
    assert link_in(mail, "ann@example.com").startswith("/account/email/undo/")


async def test_from_the_address_before_the_change_is_undone(house: House, mail: MailFake) -> None:
    ann = await house.member()
    thief = await house.signed_in(ann)
    path = await changed(house, mail, thief, "ann@example.com", "thief@example.com")
    owner = house.client()

    for _ in range(3):
        await owner.get(path)
    looked = await address_of(ann)
    done = await owner.post(path)

    assert looked == "thief@example.com"
    assert "Your address is back" in done.text
    assert await address_of(ann) == "ann@example.com"
    assert not await is_signed_in(thief)
    assert (await owner.post(path)).status_code == 404
    async with get_session(read_only=True) as session:
        undone = select(func.count()).where(AuditEntry.action == "email.change_undone")
        assert await session.scalar(undone) == 1


async def test_a_second_change_does_not_take_the_way_back_away(house: House, mail: MailFake) -> None:
    ann = await house.member()
    thief = await house.signed_in(ann)
    path = await changed(house, mail, thief, "ann@example.com", "thief@example.com")
    later = await changed(house, mail, thief, "thief@example.com", "thief2@example.com")

    await house.client().post(path)

    assert await address_of(ann) == "ann@example.com"
    assert (await house.client().post(later)).status_code == 404


async def test_after_a_week_the_way_back_is_forgotten_with_its_address(house: House, mail: MailFake) -> None:
    path = await changed(house, mail, await house.signed_in(await house.member()), "ann@example.com", "new@example.com")
    async with transaction() as session:
        await session.execute(text("UPDATE email_undos SET expires_at = expires_at - interval '7 days 1 second'"))

    refused = await house.client().post(path)
    await once()

    assert refused.status_code == 404
    async with get_session(read_only=True) as session:
        assert await session.scalar(text("SELECT count(*) FROM email_undos")) == 0


async def test_a_wish_that_is_too_old_changes_nothing(house: House, mail: MailFake) -> None:
    ann = await house.member()
    browser = await house.signed_in(ann)
    path = await asked(house, mail, browser, "new@example.com")
    async with transaction() as session:
        await session.execute(text("UPDATE email_changes SET expires_at = now() - interval '1 second'"))

    refused = await browser.post(path)

    assert refused.status_code == 404
    assert await address_of(ann) == "ann@example.com"
