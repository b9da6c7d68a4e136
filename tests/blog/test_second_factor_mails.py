"""Whenever a second factor comes or goes, its owner hears of it: perhaps it was somebody else."""

from pathlib import Path

import pytest
from sqlalchemy import text

from shared.config import Settings
from shared.db.session import transaction
from shared.models import User
from tests.fakes.mail import MailFake
from tests.fakes.passkey import SoftPasskey
from tests.house import House, settings_for
from tests.security.visits import SECURITY, add_app, add_passkey, by_mail, state_of

ADDED = [
    "A passkey was added to your account",
    "An authenticator app was added to your account",
    "New recovery codes were made for your account",
]
REMOVED = ["A passkey was removed from your account", "The authenticator app was removed from your account"]


@pytest.fixture
def settings(database_url: str, tmp_path: Path, mail: MailFake) -> Settings:
    return settings_for(database_url, home=tmp_path, smtp_url=mail.url)


@pytest.fixture
async def ann(house: House) -> User:
    return await house.member()


def subjects(mail: MailFake, address: str) -> list[str]:
    """But those of signing in."""
    found = [str(one["Subject"]) for one in mail.to(address)]
    return [subject for subject in found if not subject.startswith("Sign in")]


async def test_the_owner_hears_of_all_that_comes_and_goes(house: House, mail: MailFake, ann: User) -> None:
    browser = await by_mail(house, ann)
    await add_passkey(browser, SoftPasskey())
    await add_app(house, browser, ann)
    await browser.post(f"{SECURITY}recovery-codes/")
    await browser.post(f"{SECURITY}passkeys/{(await state_of(ann))[0][0]}/delete/")
    await browser.post(f"{SECURITY}authenticator/delete/")
    await house.deliver()

    assert subjects(mail, ann.email) == ADDED + REMOVED


async def test_what_changes_nothing_is_not_told(house: House, mail: MailFake, ann: User) -> None:
    """An app that was begun and never confirmed; one that is not there."""
    browser = await by_mail(house, ann)
    await browser.post(f"{SECURITY}authenticator/")
    await browser.post(f"{SECURITY}authenticator/delete/")
    await browser.post(f"{SECURITY}authenticator/delete/")
    await house.deliver()

    assert subjects(mail, ann.email) == []


async def test_the_owner_hears_that_an_administrator_took_all_away(house: House, mail: MailFake, ann: User) -> None:
    boss = await house.signed_in(await house.member("boss@example.com", admin=True))

    await boss.post(f"/admin/members/{ann.id}/second-factors/delete/")
    await house.deliver()

    assert subjects(mail, ann.email) == ["Your passkeys, app and recovery codes were removed"]


async def test_it_says_what_to_do_if_it_was_somebody_else(house: House, mail: MailFake, ann: User) -> None:
    await add_passkey(await by_mail(house, ann), SoftPasskey())
    await house.deliver()

    body = mail.to(ann.email)[-1].get_body(("plain",))
    words = " ".join(body.get_content().split()) if body else ""
    assert "Sign out everywhere else" in words
    assert "http://localhost:8000/sign-in/?next=/account/security/" in words
    assert "write to hello@roseash.example" in words


async def test_the_address_before_hears_of_it_as_long_as_it_can_put_itself_back(
    house: House, mail: MailFake, ann: User
) -> None:
    """Whoever changed the address would be the only one, else."""
    browser = await by_mail(house, ann)
    async with transaction() as session:
        before = "INSERT INTO email_undos (user_id, email, nonce, token_hash, expires_at) VALUES "
        rows = [
            f"({ann.id}, 'before@example.com', 'n', '\\x01', now() + interval '1 day')",
            f"({ann.id}, 'long-ago@example.com', 'n', '\\x02', now())",
        ]
        await session.execute(text(before + ", ".join(rows)))
    await add_passkey(browser, SoftPasskey())
    await house.deliver()

    assert subjects(mail, ann.email) == subjects(mail, "before@example.com") == ADDED[:1]
    assert subjects(mail, "long-ago@example.com") == []
    body = mail.to("before@example.com")[-1].get_body(("plain",))
    assert "Put this address back first" in (body.get_content() if body else "")
