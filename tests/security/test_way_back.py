"""Staff without a second factor set one up on the way, and arrive where they were going."""

import re
from urllib.parse import parse_qs, quote

import httpx
import pyotp
import pytest

from tests.fakes.passkey import SoftPasskey
from tests.house import House
from tests.security.visits import SECURITY, by_mail

MEMBERS = "http://localhost:8000/admin/members/?q=ann"
ORDERS = "http://localhost:8002/admin/orders/"
ELSEWHERE = ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)")


async def staff(house: House) -> httpx.AsyncClient:
    return await by_mail(house, await house.member("cleo@example.com", admin=True))


def hidden(page: httpx.Response) -> dict[str, str]:
    """What the page carries along, as its forms would send it."""
    found = re.search(r'name="next" value="([^"]*)"', page.text)
    return {"next": found[1].replace("&amp;", "&")} if found else {}


async def through_the_app(browser: httpx.AsyncClient, carried: dict[str, str]) -> httpx.Response:
    page = await browser.post(f"{SECURITY}authenticator/", data=carried)
    secret = re.search(r'class="secret">([^<]+)<', page.text)
    assert secret
    digits = pyotp.TOTP(secret[1].replace(" ", "")).now()
    return await browser.post(f"{SECURITY}authenticator/confirm/", data={"code": digits} | hidden(page))


async def through_a_passkey(browser: httpx.AsyncClient, carried: dict[str, str]) -> httpx.Response:
    options = (await browser.post(f"{SECURITY}passkeys/options/")).json()
    credential = SoftPasskey().create(options)
    return await browser.post(f"{SECURITY}passkeys/", data={"credential": credential, "name": "Phone"} | carried)


@pytest.mark.parametrize("set_up", [through_the_app, through_a_passkey])
@pytest.mark.parametrize("wanted", [MEMBERS, ORDERS])
async def test_setting_up_the_first_factor_leads_on_to_the_wanted_page(house: House, wanted: str, set_up) -> None:  # type: ignore[no-untyped-def]
    browser = await staff(house)

    sent_away = await browser.get(wanted)
    arrived = await set_up(browser, hidden(sent_away))

    assert sent_away.url.path == SECURITY
    assert str(arrived.url) == wanted
    assert arrived.status_code == 200


async def test_wrong_digits_do_not_lose_the_way(house: House) -> None:
    browser = await staff(house)
    await browser.post(f"{SECURITY}authenticator/")

    page = await browser.post(f"{SECURITY}authenticator/confirm/", data={"code": "000000", "next": "/admin/tags/"})

    assert hidden(page) == {"next": "/admin/tags/"}


@pytest.mark.parametrize("set_up", [through_the_app, through_a_passkey])
@pytest.mark.parametrize("evil", ELSEWHERE)
async def test_no_way_leads_to_another_site(house: House, evil: str, set_up) -> None:  # type: ignore[no-untyped-def]
    browser = await staff(house)

    sent_away = await browser.get(f"/sign-in/second/?next={quote(evil, safe='')}")
    shown = await browser.get(f"{SECURITY}?next={quote(evil, safe='')}")
    arrived = await set_up(browser, {"next": evil})

    assert parse_qs(sent_away.url.query.decode())["next"] == ["/"]
    assert hidden(shown) == {}
    assert arrived.url.host == "localhost"
    assert arrived.url.path == SECURITY
