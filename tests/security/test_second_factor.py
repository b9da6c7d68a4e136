"""What staff show beside the mailed link: nobody gets round it, and nothing is good for twice."""

import httpx
import pytest
from sqlalchemy import select, text, update

from blog.models import Authenticator, Passkey
from shared.db.session import get_session, transaction
from shared.models import User, UserSession
from tests.fakes.passkey import SoftPasskey
from tests.house import House
from tests.security.visits import add_app, by_mail, half_a_minute_later, is_let_in, who

SECURITY = "/account/security/"


@pytest.fixture
async def cleo(house: House) -> User:
    return await house.member("cleo@example.com", name="Cleo", admin=True)


async def add_passkey(browser: httpx.AsyncClient, device: SoftPasskey) -> httpx.Response:
    options = (await browser.post(f"{SECURITY}passkeys/options/")).json()
    return await browser.post(f"{SECURITY}passkeys/", data={"credential": device.create(options), "name": "Telephone"})


async def show_passkey(browser: httpx.AsyncClient, device: SoftPasskey) -> httpx.Response:
    options = (await browser.post("/sign-in/passkey/options/")).json()
    return await browser.post("/sign-in/passkey/", data={"credential": device.get(options)})


async def recovery_codes(browser: httpx.AsyncClient) -> list[str]:
    page = await browser.post(f"{SECURITY}recovery-codes/")
    words = page.text.replace("<", " ").replace(">", " ").split()
    return [word for word in words if len(word) == 14 and word.count("-") == 2]


async def test_the_link_alone_lets_no_staff_in(house: House, cleo: User) -> None:
    browser = await by_mail(house, cleo)

    page = await browser.get("/admin/")

    assert page.url.path == SECURITY
    assert not await is_let_in(browser)


async def test_staff_add_an_app_and_are_let_in(house: House, cleo: User) -> None:
    browser = await by_mail(house, cleo)

    await add_app(house, browser, cleo)

    assert await is_let_in(browser)


async def test_staff_show_their_app_after_the_link(house: House, cleo: User) -> None:
    app = await add_app(house, await by_mail(house, cleo), cleo)
    await half_a_minute_later()
    browser = await by_mail(house, cleo)

    asked = await browser.get("/admin/")
    page = await browser.post("/sign-in/second/", data={"code": app.now(), "next": "/admin/"})

    assert asked.url.path == "/sign-in/second/"
    assert page.url.path == "/admin/"
    assert page.status_code == 200


async def test_showing_the_second_factor_changes_the_cookie(house: House, cleo: User) -> None:
    app = await add_app(house, await by_mail(house, cleo), cleo)
    await half_a_minute_later()
    browser = await by_mail(house, cleo)
    before = browser.cookies["sid"]

    await browser.post("/sign-in/second/", data={"code": app.now()})
    thief = house.client()
    thief.cookies.set("sid", before, domain="localhost.local")

    assert browser.cookies["sid"] != before
    assert await who(thief) is None


async def test_digits_are_taken_once(house: House, cleo: User) -> None:
    app = await add_app(house, await by_mail(house, cleo), cleo)
    browser = await by_mail(house, cleo)

    answer = await browser.post("/sign-in/second/", data={"code": app.now()})

    assert answer.status_code == 422
    assert not await is_let_in(browser)


async def test_digits_cannot_be_guessed_at_length(house: House, cleo: User) -> None:
    app = await add_app(house, await by_mail(house, cleo), cleo)
    await half_a_minute_later()
    browser = await by_mail(house, cleo)
    wrong = f"{(int(app.now()) + 7) % 10**6:06}"

    answers = [await browser.post("/sign-in/second/", data={"code": wrong}) for _ in range(6)]
    late = await browser.post("/sign-in/second/", data={"code": app.now()})

    assert answers[-1].status_code == late.status_code == 429
    assert int(late.headers["retry-after"]) > 0
    assert not await is_let_in(browser)


@pytest.mark.parametrize(
    "way",
    [
        "authenticator/delete/",
        "authenticator/",
        "recovery-codes/",
        "passkeys/options/",
        "passkeys/",
        "passkeys/{passkey}/",
        "passkeys/{passkey}/delete/",
    ],
)
async def test_whoever_reads_the_mail_changes_nothing_of_the_second_factor(house: House, cleo: User, way: str) -> None:
    """Else the mailbox were enough: take the app away, add another, be let in."""
    owner = await by_mail(house, cleo)
    await add_passkey(owner, SoftPasskey())
    await add_app(house, owner, cleo)
    before = await state_of(cleo)
    thief = await by_mail(house, cleo)

    path = SECURITY + way.format(passkey=before[0][0])
    answer = await thief.post(path, data={"name": "Mine", "credential": "{}"}, follow_redirects=False)

    assert answer.status_code == 303
    assert "/sign-in/" in answer.headers["location"]
    assert await state_of(cleo) == before
    assert not await is_let_in(thief)


async def state_of(user: User) -> tuple[list[int], bytes | None, list[int]]:
    async with get_session(read_only=True) as session:
        keys = await session.scalars(select(Passkey.id).where(Passkey.user_id == user.id))
        secret = await session.scalar(select(Authenticator.sealed_secret).where(Authenticator.user_id == user.id))
        codes = await session.scalars(text("SELECT id FROM recovery_codes WHERE user_id = :user"), {"user": user.id})
        return list(keys), secret, list(codes)


async def test_a_recovery_code_helps_once(house: House, cleo: User) -> None:
    owner = await by_mail(house, cleo)
    await add_app(house, owner, cleo)
    codes = await recovery_codes(owner)
    first, second = await by_mail(house, cleo), await by_mail(house, cleo)

    await first.post("/sign-in/second/", data={"code": codes[0].lower()})
    answer = await second.post("/sign-in/second/", data={"code": codes[0]})

    assert len(set(codes)) == 10
    assert await is_let_in(first)
    assert answer.status_code == 422
    assert not await is_let_in(second)


async def test_new_recovery_codes_end_the_old_ones(house: House, cleo: User) -> None:
    owner = await by_mail(house, cleo)
    await add_app(house, owner, cleo)
    old, _ = await recovery_codes(owner), await recovery_codes(owner)
    browser = await by_mail(house, cleo)

    answer = await browser.post("/sign-in/second/", data={"code": old[3]})

    assert answer.status_code == 422


async def test_the_database_gives_no_second_factor_away(house: House, cleo: User) -> None:
    owner = await by_mail(house, cleo)
    app = await add_app(house, owner, cleo)
    codes = await recovery_codes(owner)

    async with get_session(read_only=True) as session:
        dump = [*await session.scalars(text("SELECT authenticators::text FROM authenticators"))]
        dump += await session.scalars(text("SELECT recovery_codes::text FROM recovery_codes"))

    secrets = [app.secret, *codes, *(code.replace("-", "") for code in codes)]
    forms = [form for secret in secrets for form in (secret, secret.encode().hex())]
    assert not any(form in row for form in forms for row in dump)


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


async def test_after_a_quarter_of_an_hour_a_change_asks_again(house: House, cleo: User) -> None:
    browser = await by_mail(house, cleo)
    await add_app(house, browser, cleo)
    async with transaction() as session:
        long_ago = text("now() - interval '16 minutes'")
        await session.execute(update(UserSession).values(proved_at=long_ago, second_factor_at=long_ago))

    page = await browser.post(f"{SECURITY}authenticator/delete/")

    assert page.url.path == "/sign-in/again/"
    assert (await state_of(cleo))[1] is not None


async def test_a_browser_from_before_the_second_factor_has_to_show_it(house: House, cleo: User) -> None:
    thief, owner = await by_mail(house, cleo), await by_mail(house, cleo)
    await add_app(house, owner, cleo)
    before = await state_of(cleo)

    page = await thief.post(f"{SECURITY}authenticator/delete/")

    assert page.url.path == "/sign-in/again/"
    assert await state_of(cleo) == before
