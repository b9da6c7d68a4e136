"""Signing up for newsletters where they are shown: whoever can read the address's email decides."""

import re

import httpx
import pytest
from sqlalchemy import func, select

from blog.services.sign_in import code_of, secret_of
from shared.browser.app import limits
from shared.browser.app.limits import HOUR, Limit
from shared.config import Settings
from shared.db.session import get_session, transaction
from shared.models import GhostNewsletter, MagicLink, User, UserNewsletter
from tests.fakes.mail import MailFake
from tests.house import House, settings_for


@pytest.fixture
def settings(database_url: str, mail: MailFake, tmp_path) -> Settings:
    return settings_for(database_url, home=tmp_path, smtp_url=mail.url)


@pytest.fixture
async def letters(house: House) -> dict[str, int]:
    """Slug → id. The box is for newcomers; nobody is offered the old one."""
    rows = [
        GhostNewsletter(name="The Thursday box", slug="box"),
        GhostNewsletter(name="Minutes", slug="minutes", subscribe_on_signup=False),
        GhostNewsletter(name="The old one", slug="old", is_active=False),
    ]
    async with transaction() as session:
        session.add_all(rows)
    return {row.slug: row.id for row in rows}


async def join(browser: httpx.AsyncClient, *chosen: int, email: str = "ann@example.com") -> httpx.Response:
    return await browser.post("/newsletters/", data={"email": email, "newsletters": [str(one) for one in chosen]})


async def newest_link() -> MagicLink:
    async with get_session(read_only=True) as session:
        return (await session.scalars(select(MagicLink).order_by(MagicLink.id.desc()).limit(1))).one()


async def read_by(email: str = "ann@example.com") -> list[str]:
    found = select(GhostNewsletter.slug).join(UserNewsletter, UserNewsletter.newsletter_id == GhostNewsletter.id)
    async with get_session(read_only=True) as session:
        mine = found.join(User, User.id == UserNewsletter.user_id).where(User.email == email)
        return list(await session.scalars(mine.order_by(GhostNewsletter.slug)))


async def count(model: type) -> int:
    async with get_session(read_only=True) as session:
        return await session.scalar(select(func.count()).select_from(model)) or 0


async def test_what_was_chosen_is_kept_through_the_link(house: House, letters: dict[str, int], mail: MailFake) -> None:
    browser = house.client()
    sent = await join(browser, letters["minutes"])
    await house.deliver()
    letter = mail.to("ann@example.com")[0].get_body(("plain",)).get_content()
    path = re.search(r"http://localhost:8000(/sign-in/\w+/)", letter)[1]
    shown = await browser.get(path)

    page = await browser.post(path)

    assert "ann@example.com" in sent.text
    assert "From then on you get: Minutes." in letter
    assert "You will get: Minutes." in shown.text
    assert "You’re signed up." in page.text
    # And not what newcomers get who choose nothing.
    assert await read_by() == ["minutes"]


async def test_what_was_chosen_is_kept_through_the_six_digits(house: House, letters: dict[str, int]) -> None:
    browser = house.client()
    await join(browser, letters["box"], letters["minutes"])

    page = await browser.post(
        "/sign-in/code/", data={"code": code_of(await newest_link(), key=house.settings.secret_key)}
    )

    assert page.url.path == "/account/newsletters/"
    assert await read_by() == ["box", "minutes"]


async def test_what_a_member_reads_already_stays(house: House, letters: dict[str, int]) -> None:
    ann = await house.member()
    async with transaction() as session:
        session.add(UserNewsletter(user_id=ann.id, newsletter_id=letters["box"]))
    browser = house.client()
    await join(browser, letters["minutes"])

    await browser.post(f"/sign-in/{secret_of(await newest_link(), key=house.settings.secret_key)}/")

    assert await read_by() == ["box", "minutes"]


async def test_nothing_comes_before_the_link_is_used(house: House, letters: dict[str, int]) -> None:
    await house.member()
    await join(house.client(), letters["minutes"])
    path = f"/sign-in/{secret_of(await newest_link(), key=house.settings.secret_key)}/"

    elsewhere = await house.client().post(path)

    assert elsewhere.status_code == 409
    assert await read_by() == []


async def test_whoever_reads_the_email_elsewhere_takes_the_choice_along(house: House, letters: dict[str, int]) -> None:
    await join(house.client(), letters["minutes"])
    other = house.client()
    page = await other.get(f"/sign-in/{secret_of(await newest_link(), key=house.settings.secret_key)}/")

    form = dict(re.findall(r'name="(email|newsletters)" value="([^"]+)"', page.text))
    await other.post(re.findall(r'action="(/newsletters/)"', page.text)[0], data=form)
    await other.post(f"/sign-in/{secret_of(await newest_link(), key=house.settings.secret_key)}/")

    assert await read_by() == ["minutes"]


@pytest.mark.parametrize("which", ["old", "unknown", "none"])
async def test_what_is_not_offered_cannot_be_chosen(house: House, letters: dict[str, int], which: str) -> None:
    chosen = {"old": [letters["old"]], "unknown": [letters["box"], 999], "none": []}[which]

    page = await join(house.client(), *chosen)

    assert page.status_code == 422
    assert 'href="#newsletters"' in page.text
    assert await count(MagicLink) == 0


async def test_a_form_with_nothing_in_it_says_all_that_is_missing(house: House, letters: dict[str, int]) -> None:
    page = await house.client().post("/newsletters/")

    assert page.status_code == 422
    assert letters
    assert "Choose at least one newsletter" in page.text
    assert "Enter your email address" in page.text


async def test_who_is_signed_in_chooses_at_once(house: House, letters: dict[str, int]) -> None:
    browser = await house.signed_in(await house.member())

    page = await browser.get("/newsletters/")
    await join(browser, letters["minutes"])

    assert page.url.path == "/account/newsletters/"
    assert await read_by() == ["minutes"]
    assert await count(MagicLink) == 0


async def test_another_address_than_ones_own_has_to_be_shown(house: House, letters: dict[str, int]) -> None:
    browser = await house.signed_in(await house.member())

    await join(browser, letters["minutes"], email="bob@example.com")

    assert await read_by() == await read_by("bob@example.com") == []
    assert (await newest_link()).email == "bob@example.com"


@pytest.mark.parametrize("name", ["sign_in_address", "sign_in_network"])
async def test_too_many_see_what_everybody_sees(
    house: House, letters: dict[str, int], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(limits.LIMITS, name, Limit(2, HOUR, closed=True))
    await house.client().post("/sign-in/", data={"email": "ann@example.com"})
    form = {"email": "ann@example.com", "newsletters": str(letters["box"])}

    answers = [await house.client().post("/newsletters/", data=form, follow_redirects=False) for _ in range(3)]

    assert {(answer.status_code, answer.headers["location"]) for answer in answers} == {(303, "/sign-in/sent/")}
    assert await count(MagicLink) == 2


async def test_another_site_signs_nobody_up(house: House, letters: dict[str, int]) -> None:
    browser = await house.signed_in(await house.member())
    form = {"email": "ann@example.com", "newsletters": str(letters["box"])}

    page = await browser.post("/newsletters/", data=form, headers={"Sec-Fetch-Site": "cross-site"})

    assert page.status_code == 403
    assert await read_by() == []


async def test_without_newsletters_nobody_can_sign_up(settings: Settings) -> None:
    without = settings.model_copy(update={"features": settings.features.model_copy(update={"newsletters": False})})
    house = House(without)

    statuses = [(await house.client().get("/newsletters/")).status_code, (await join(house.client(), 1)).status_code]

    await house.aclose()
    assert statuses == [404, 404]
