import asyncio
import re
from datetime import timedelta

import pytest
from httpx import AsyncClient as Client
from sqlalchemy import func, select, text, update

from blog.services.sign_in import code_of, secret_of
from shared.config import Settings
from shared.db.session import get_session, transaction
from shared.models import DomainEvent, EventDelivery, GhostNewsletter, MagicLink, User, UserNewsletter, UserSession
from shared.utils import utcnow
from tests.fakes.mail import MailFake
from tests.house import House, settings_for


@pytest.fixture
def settings(database_url: str, mail: MailFake, tmp_path) -> Settings:
    return settings_for(database_url, home=tmp_path, smtp_url=mail.url)


async def ask(house: House, browser: Client, email: str = "ann@example.com", **more: str) -> str:
    """The path of the link in the mail that this browser has just asked for."""
    await browser.post("/sign-in/", data={"email": email, **more})
    async with get_session(read_only=True) as session:
        newest = select(MagicLink).where(MagicLink.email == email).order_by(MagicLink.id.desc()).limit(1)
        link = (await session.scalars(newest)).one()
    return f"/sign-in/{secret_of(link, key=house.settings.secret_key)}/"


async def test_ann_signs_in_by_the_link_in_her_mail(house: House, mail: MailFake) -> None:
    browser = house.client()

    await browser.post("/sign-in/", data={"email": "Ann@Example.com", "next": "/account/"})
    await house.deliver()
    letter = mail.to("ann@example.com")[0].get_body(("plain",)).get_content()
    link = re.search(r"http://localhost:8000(/sign-in/\w+/)", letter)
    page = await browser.post(link[1])

    assert str(page.url) == "http://localhost:8000/account/"
    assert "ann@example.com" in page.text


async def test_looking_at_a_link_uses_nothing_up(house: House) -> None:
    browser, scanner = house.client(), house.client()
    path = await ask(house, browser)
    for _ in range(50):
        await scanner.get(path)
        await scanner.head(path)

    page = await browser.post(path)

    assert page.status_code == 200
    assert "sid" not in scanner.cookies


async def test_of_twenty_at_once_exactly_one_gets_in(house: House) -> None:
    browser = house.client()
    path = await ask(house, browser)

    answers = await asyncio.gather(*(browser.post(path, follow_redirects=False) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [303] + [409] * 19


async def test_in_another_browser_the_link_gives_only_the_digits_for_the_tab_that_asked(house: House) -> None:
    browser, phone = house.client(), house.client()
    path = await ask(house, browser)

    shown = await phone.get(path)
    refused = await phone.post(path)
    digits = "".join(re.search(r"(\d{3}) (\d{3})</p>", shown.text).groups())
    stolen = await phone.post("/sign-in/code/", data={"code": digits})
    page = await browser.post("/sign-in/code/", data={"code": f"{digits[:3]} {digits[3:]}"})

    assert (refused.status_code, stolen.status_code, page.status_code) == (409, 422, 200)
    assert "sid" not in phone.cookies
    assert "sid" in browser.cookies


async def test_three_wrong_codes_and_the_right_one_is_refused_too(house: House) -> None:
    browser = house.client()
    await ask(house, browser)
    async with get_session(read_only=True) as session:
        link = (await session.scalars(select(MagicLink))).one()
    right = code_of(link, key=house.settings.secret_key)

    wrong = "000000" if right != "000000" else "111111"
    answers = [await browser.post("/sign-in/code/", data={"code": code}) for code in (wrong, wrong, wrong, right)]

    assert [answer.status_code for answer in answers] == [422] * 4
    assert "sid" not in browser.cookies


async def test_a_link_is_dead_after_ten_minutes(house: House) -> None:
    browser = house.client()
    path = await ask(house, browser)
    async with transaction() as session:
        await session.execute(update(MagicLink).values(expires_at=utcnow() - timedelta(seconds=1)))

    answer = await browser.post(path)

    assert answer.status_code == 409
    assert "Ask for a new one" in answer.text


async def test_the_database_holds_nothing_that_signs_in(house: House) -> None:
    secret = (await ask(house, house.client())).split("/")[2]
    async with get_session(read_only=True) as session:
        rows = [*await session.scalars(text("SELECT magic_links::text FROM magic_links"))]
        rows += [str(payload) for payload in await session.scalars(select(DomainEvent.payload))]

    assert not any(secret in row for row in rows)


async def test_known_and_unknown_addresses_get_the_same_answer(house: House) -> None:
    await house.member("ann@example.com")
    browser = house.client()

    known = await browser.post("/sign-in/", data={"email": "ann@example.com"}, follow_redirects=False)
    unknown = await browser.post("/sign-in/", data={"email": "cy@example.com"}, follow_redirects=False)

    assert (known.status_code, known.headers["location"]) == (unknown.status_code, unknown.headers["location"])


async def test_the_sixth_link_in_an_hour_is_not_sent_and_nobody_is_told(house: House, mail: MailFake) -> None:
    browser = house.client()

    answers = [await browser.post("/sign-in/", data={"email": "ann@example.com"}) for _ in range(6)]
    await house.deliver()

    assert len({answer.text for answer in answers}) == 1
    assert len(mail.to("ann@example.com")) == 5


async def test_a_newcomer_becomes_a_member_and_gets_the_newsletters_for_newcomers(house: House) -> None:
    async with transaction() as session:
        session.add(GhostNewsletter(name="The Thursday box", slug="box"))
        session.add(GhostNewsletter(name="Minutes", slug="minutes", subscribe_on_signup=False))

    browser = house.client()
    await browser.post(await ask(house, browser, "new@example.com"))

    async with get_session(read_only=True) as session:
        chosen = select(GhostNewsletter.slug).join(UserNewsletter, UserNewsletter.newsletter_id == GhostNewsletter.id)
        assert list(await session.scalars(chosen)) == ["box"]


async def test_an_old_cookie_is_worth_nothing_after_signing_in(house: House) -> None:
    browser = house.client()
    await browser.post(await ask(house, browser))
    first = browser.cookies["sid"]

    await browser.post(await ask(house, browser))

    assert browser.cookies["sid"] != first
    async with get_session(read_only=True) as session:
        assert await session.scalar(select(func.count()).select_from(UserSession)) == 1


@pytest.mark.parametrize("place", ["//evil.example", "/\\evil.example", "https://evil.example/", "javascript:alert(1)"])
async def test_signing_in_never_leads_to_another_site(house: House, place: str) -> None:
    browser = house.client()
    path = await ask(house, browser, next=place)

    answer = await browser.post(path, follow_redirects=False)

    assert answer.headers["location"] == "/"


async def test_signing_out_ends_the_session_on_the_server(house: House) -> None:
    browser = await house.signed_in(await house.member())
    cookie = browser.cookies["sid"]

    await browser.post("/sign-out/")
    thief = house.client()
    thief.cookies.set("sid", cookie, domain="localhost.local")
    page = await thief.get("/account/")

    assert str(page.url).startswith("http://localhost:8000/sign-in/")


async def test_without_a_mail_server_the_mail_waits(database_url: str, tmp_path) -> None:
    house = House(settings_for(database_url, home=tmp_path))
    await house.client().post("/sign-in/", data={"email": "ann@example.com"})

    await house.deliver()

    async with get_session(read_only=True) as session:
        waiting = await session.scalar(text("SELECT error FROM event_deliveries WHERE state = 'retry'"))
    await house.aclose()
    assert "SMTP_URL" in waiting


@pytest.mark.parametrize(("minutes", "is_said"), [(1, False), (3, True), (11, False)])
async def test_that_mails_leave_late_is_said(database_url: str, tmp_path, minutes: int, *, is_said: bool) -> None:
    house = House(settings_for(database_url, home=tmp_path, smtp_url="smtp://127.0.0.1:1"))
    browser = house.client()
    await browser.post("/sign-in/", data={"email": "ann@example.com"})
    await house.deliver()
    async with transaction() as session:
        since = func.now() - timedelta(minutes=minutes)
        failed = await session.execute(update(EventDelivery).values(first_failed_at=since))
    assert failed.rowcount == 1

    pages = [(await browser.get(path)).text for path in ("/sign-in/", "/sign-in/sent/")]

    await house.aclose()
    assert ["leave late" in page for page in pages] == [is_said] * 2


async def test_a_member_changes_name_and_newsletters(house: House) -> None:
    async with transaction() as session:
        box = GhostNewsletter(name="The Thursday box", slug="box")
        session.add(box)
    ann = await house.member()
    browser = await house.signed_in(ann)

    page = await browser.post("/account/", data={"name": "Ann Archer"})
    await browser.post("/account/newsletters/", data={"newsletters": [str(box.id)]})

    assert "Saved." in page.text
    async with get_session(read_only=True) as session:
        assert (await session.get_one(User, ann.id)).name == "Ann Archer"
        assert await session.scalar(select(UserNewsletter.newsletter_id)) == box.id
