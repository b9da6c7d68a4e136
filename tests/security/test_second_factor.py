"""What staff show beside the mailed link: nobody gets round it, and nothing is good for twice."""

import pytest
from httpx import AsyncClient
from sqlalchemy import select, text, update

from blog.models import Passkey
from shared.db.session import get_session, transaction
from shared.models import User, UserSession
from tests.fakes.passkey import SoftPasskey
from tests.house import House
from tests.security.visits import (
    SECURITY,
    add_app,
    add_passkey,
    by_mail,
    codes_on,
    half_a_minute_later,
    is_let_in,
    state_of,
    who,
)


@pytest.fixture
async def cleo(house: House) -> User:
    return await house.member("cleo@example.com", name="Cleo", admin=True)


async def recovery_codes(browser: AsyncClient) -> list[str]:
    return codes_on(await browser.post(f"{SECURITY}recovery-codes/"))


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


@pytest.mark.parametrize("typed", ["äöüßéè", "²²²²²²", "😀😀😀😀😀😀", "ABCDEF", "      x", "\ufeff12345"])
async def test_what_is_no_code_at_all_is_refused(house: House, cleo: User, typed: str) -> None:
    browser = await by_mail(house, cleo)
    await add_app(house, browser, cleo)

    answer = await browser.post("/sign-in/second/", data={"code": typed})

    assert answer.status_code == 422


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


async def test_whoever_reads_the_mail_makes_no_codes_for_who_has_no_second_factor(house: House, cleo: User) -> None:
    """Else the mailbox were enough: make some, show one, be let in."""
    browser = await by_mail(house, cleo)

    page = await browser.post(f"{SECURITY}recovery-codes/")

    assert page.status_code == 409
    assert "set one of those up first" in page.text
    assert await state_of(cleo) == ([], None, [])


async def test_a_recovery_code_is_nothing_without_what_it_stands_in_for(house: House, cleo: User) -> None:
    owner = await by_mail(house, cleo)
    await add_app(house, owner, cleo)
    codes = await recovery_codes(owner)
    async with transaction() as session:
        await session.execute(text("DELETE FROM authenticators"))
    browser = await by_mail(house, cleo)

    answer = await browser.post("/sign-in/second/", data={"code": codes[0]})

    assert answer.status_code == 422
    assert not await is_let_in(browser)


@pytest.mark.parametrize("last", ["app", "passkey", "all"])
async def test_with_the_last_second_factor_the_codes_go(house: House, cleo: User, last: str) -> None:
    owner = await by_mail(house, cleo)
    await add_passkey(owner, SoftPasskey())
    await add_app(house, owner, cleo)
    await recovery_codes(owner)
    passkey = f"{SECURITY}passkeys/{(await state_of(cleo))[0][0]}/delete/"
    ways = {
        "app": [passkey, f"{SECURITY}authenticator/delete/"],
        "passkey": [f"{SECURITY}authenticator/delete/", passkey],
        "all": ["/account/", f"/admin/members/{cleo.id}/second-factors/delete/"],
    }

    left = []
    for way in ways[last]:
        await owner.post(way)
        left.append(len((await state_of(cleo))[2]))

    assert left == [10, 0]


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


async def test_an_administrator_takes_lost_factors_away(house: House) -> None:
    ann = await house.member("ann@example.com")
    async with transaction() as session:
        session.add(Passkey(user_id=ann.id, credential_id=b"lost", public_key=b"key", name="Phone"))
    lost = await house.signed_in(ann)
    boss = await house.signed_in(await house.member("boss@example.com", admin=True))

    await boss.post(f"/admin/members/{ann.id}/second-factors/delete/")

    async with get_session(read_only=True) as session:
        assert await session.scalar(select(Passkey.id)) is None
    assert "/sign-in/" in str((await lost.get("/account/")).url)
