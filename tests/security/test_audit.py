"""Who did what: no act of staff, and nothing about what signs somebody in, goes by without a row in the audit log."""

import httpx
import pytest
from sqlalchemy import select

from shared.db.session import get_session
from shared.models import AuditEntry, User
from tests.fakes.passkey import SoftPasskey
from tests.house import House
from tests.security import acts, visits


async def rows() -> list[AuditEntry]:
    async with get_session(read_only=True) as session:
        return list(await session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


async def test_every_act_of_staff_is_written_down(house: House) -> None:
    boss = await house.member("bob@example.com", admin=True)
    browser, values = await house.signed_in(boss), await acts.settle(house, boss)
    failed, silent, done = [], [], []

    for name, rule in acts.acts(house):
        before = len(await rows())
        answer = await acts.do(house, browser, name, rule, values)
        failed += [(rule.rule, answer.status_code)] if answer.status_code >= httpx.codes.BAD_REQUEST else []
        new = (await rows())[before:]
        done += [row.actor_id for row in new]
        silent += [] if new else [rule.rule]

    assert failed == []
    assert silent == []
    assert set(done) == {boss.id}


@pytest.fixture
async def ann(house: House) -> User:
    return await house.member()


@pytest.fixture
async def browser(house: House, ann: User) -> httpx.AsyncClient:
    return await house.signed_in(ann)


async def test_what_signs_somebody_in_is_not_changed_in_silence(
    house: House, ann: User, browser: httpx.AsyncClient
) -> None:
    await visits.add_passkey(browser, SoftPasskey())
    await visits.add_app(house, browser, ann)
    await browser.post(f"{visits.SECURITY}recovery-codes/")
    await browser.post(f"{visits.SECURITY}passkeys/1/delete/")
    await browser.post(f"{visits.SECURITY}authenticator/delete/")

    found = await rows()

    assert [row.action for row in found] == [
        "second_factor.passkey_added",
        "second_factor.app_added",
        "second_factor.codes_made",
        "second_factor.passkey_removed",
        "second_factor.app_removed",
    ]
    assert {(row.actor_id, row.subject) for row in found} == {(ann.id, f"user:{ann.id}")}


async def test_beginning_with_an_app_and_leaving_it_is_nothing(browser: httpx.AsyncClient) -> None:
    await browser.post(f"{visits.SECURITY}authenticator/")
    await browser.post(f"{visits.SECURITY}authenticator/")

    assert await rows() == []
