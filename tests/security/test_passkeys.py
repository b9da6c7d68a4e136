"""A passkey signs in at one touch; what is not quite one signs nobody in."""

import secrets
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from shared.db.session import transaction
from shared.models import User
from tests.fakes.passkey import SoftPasskey
from tests.house import House
from tests.security.visits import SECURITY, add_passkey, by_mail, is_let_in, state_of, who


@pytest.fixture
async def cleo(house: House) -> User:
    return await house.member("cleo@example.com", name="Cleo", admin=True)


async def show_passkey(browser: httpx.AsyncClient, device: SoftPasskey) -> httpx.Response:
    options = (await browser.post("/sign-in/passkey/options/")).json()
    return await browser.post("/sign-in/passkey/", data={"credential": device.get(options)})


async def test_a_passkey_signs_in_at_one_touch(house: House, cleo: User) -> None:
    device = SoftPasskey()
    await add_passkey(await by_mail(house, cleo), device)
    browser = house.client()

    answer = await show_passkey(browser, device)

    assert answer.json() == {"next": "/"}
    assert await who(browser) == "cleo@example.com"
    assert await is_let_in(browser)


async def test_a_passkey_answer_is_good_for_once(house: House, cleo: User) -> None:
    device = SoftPasskey()
    await add_passkey(await by_mail(house, cleo), device)
    options = (await house.client().post("/sign-in/passkey/options/")).json()
    heard = device.get(options)

    first = await house.client().post("/sign-in/passkey/", data={"credential": heard})
    again = await house.client().post("/sign-in/passkey/", data={"credential": heard})

    assert (first.status_code, again.status_code) == (200, 422)


async def test_a_passkey_answer_is_good_for_minutes(house: House, cleo: User) -> None:
    device, browser = SoftPasskey(), house.client()
    await add_passkey(await by_mail(house, cleo), device)
    options = (await browser.post("/sign-in/passkey/options/")).json()
    async with transaction() as session:
        await session.execute(text("UPDATE passkey_challenges SET expires_at = now() - interval '1 second'"))

    answer = await browser.post("/sign-in/passkey/", data={"credential": device.get(options)})

    assert answer.status_code == 422
    assert await who(browser) is None


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "http://evil.example"},
        {"origin": "http://localhost:8001"},
        {"host": "evil.example"},
        {"verified": False},
        {"counter": -1},
        {"key": SoftPasskey().key},
        {"credential_id": b"unknown-to-us-00"},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_a_passkey_that_is_not_right_signs_nobody_in(house: House, cleo: User, change: dict[str, object]) -> None:
    device = SoftPasskey(counter=5)
    await add_passkey(await by_mail(house, cleo), device)
    vars(device).update(change)
    browser = house.client()

    answer = await show_passkey(browser, device)

    assert answer.status_code == 422
    assert await who(browser) is None


@pytest.mark.parametrize("owner", ["cleo@example.com", "ann@example.com"])
async def test_a_passkey_that_is_in_use_is_not_added_again(house: House, cleo: User, owner: str) -> None:
    device = SoftPasskey()
    browser = await by_mail(house, cleo)
    await add_passkey(browser, device)
    other = browser if owner == cleo.email else await by_mail(house, await house.member(owner))
    before = await state_of(cleo)

    answer = await add_passkey(other, SoftPasskey(credential_id=device.credential_id))

    assert answer.status_code == 409
    assert "in use already" in answer.text
    assert await state_of(cleo) == before


async def test_a_challenge_for_one_member_adds_no_key_to_another(house: House, cleo: User) -> None:
    ann = await by_mail(house, await house.member())
    options = (await (await by_mail(house, cleo)).post(f"{SECURITY}passkeys/options/")).json()

    answer = await ann.post(f"{SECURITY}passkeys/", data={"credential": SoftPasskey().create(options), "name": "Mine"})

    assert answer.status_code == 422


async def test_nobody_removes_or_names_the_passkey_of_another(house: House, cleo: User) -> None:
    await add_passkey(await by_mail(house, cleo), SoftPasskey())
    ann = await by_mail(house, await house.member())
    before = await state_of(cleo)

    removed = await ann.post(f"{SECURITY}passkeys/{before[0][0]}/delete/")
    named = await ann.post(f"{SECURITY}passkeys/{before[0][0]}/", data={"name": "Mine"})

    assert (removed.status_code, named.status_code) == (404, 404)
    assert await state_of(cleo) == before


STATEMENTS = [
    {},
    [],
    None,
    {"ver": 1, "response": 2},
    {"ver": "1", "response": b"a.b.c"},
    {"ver": "1", "response": b"W10.W10.W10"},
    {"ver": "1", "response": b"\xff"},
    {"alg": -7, "sig": b"s", "x5c": []},
    {"alg": -7, "sig": b"s", "x5c": [b"no certificate"]},
    {"alg": -7, "sig": "s", "x5c": 5},
    {"alg": "x", "sig": b"s"},
    {"alg": -7, "sig": b"s"},
    {"ver": "2.0", "alg": -65535, "sig": b"s", "x5c": [b"c"], "certInfo": b"c", "pubArea": b"p"},
    {"ver": "2.0", "alg": -65535, "sig": b"s", "x5c": [b"c"], "certInfo": b"\xffTCG" * 30, "pubArea": b"\x00\x23" * 90},
]


@pytest.mark.parametrize(
    "form", ["android-safetynet", "android-key", "apple", "fido-u2f", "packed", "tpm", "x", 5, None]
)
async def test_what_no_maker_would_say_of_a_device_is_refused(house: House, cleo: User, form: Any) -> None:
    browser = await by_mail(house, cleo)

    answers = [await add_passkey(browser, SoftPasskey(statement=(form, words))) for words in STATEMENTS]

    assert {answer.status_code for answer in answers} == {422}
    assert await state_of(cleo) == ([], None, [])


async def test_a_name_as_long_as_no_device_gives_it_is_refused(house: House, cleo: User) -> None:
    answer = await add_passkey(await by_mail(house, cleo), SoftPasskey(credential_id=secrets.token_bytes(4000)))

    assert answer.status_code == 422


@pytest.mark.parametrize(
    "rubbish",
    [
        "",
        "null",
        "[]",
        "{}",
        "0",
        "{" * 9000,
        "[" * 9000,
        '{"response": {"clientDataJSON": 5}}',
        '{"response": {"clientDataJSON": "e30"}}',
        '{"response": {"clientDataJSON": "bm90IGpzb24"}}',
        '{"response": {"clientDataJSON": "ä"}}',
        '{"response": []}',
        '{"id": "a\u0000b"}',
    ],
)
async def test_rubbish_instead_of_a_passkey_is_refused_quietly(house: House, rubbish: str) -> None:
    answer = await house.client().post("/sign-in/passkey/", data={"credential": rubbish})

    assert answer.status_code == 422
