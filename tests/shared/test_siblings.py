"""Four apps on four sub-domains: what one of them knows of a visitor, the pages of the others know too."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from redis import Redis

from rose.supervisor.valkey import Valkey
from shared.config import Settings
from shared.db.session import transaction
from shared.utils import tls_context
from tests.cookies import check_cookies
from tests.factories.market import a_product
from tests.house import APPS, House, settings_for, sign_in_token

DOMAIN = "roseash.example"
SIBLINGS = {name: f"https://{name}.{DOMAIN}" for name in APPS}


@pytest.fixture
def settings(database_url: str, tmp_path: Path, valkey: Valkey) -> Settings:
    with Redis.from_url(valkey.url) as redis:
        redis.flushall()
    there = {"apps": SIBLINGS, "cookie_domain": DOMAIN, "redis_url": valkey.url}
    return settings_for(database_url, home=tmp_path, **there)


@pytest.fixture
async def browser(house: House) -> AsyncIterator[httpx.AsyncClient]:
    ways = {origin: httpx.ASGITransport(app=house.apps[name]) for name, origin in SIBLINGS.items()}  # type: ignore[arg-type]
    about = {"headers": {"Sec-Fetch-Site": "same-origin"}, "event_hooks": {"response": [check_cookies]}}
    async with httpx.AsyncClient(mounts=ways, verify=tls_context(), trust_env=False, **about) as found:  # type: ignore[arg-type]
        yield found


async def carried(browser: httpx.AsyncClient, app: str) -> str:
    """The cookies with which this browser comes to an app."""
    return str((await browser.get(SIBLINGS[app] + "/robots.txt")).request.headers.get("Cookie", ""))


async def sign_in(house: House, browser: httpx.AsyncClient, *, admin: bool = False) -> None:
    token = await sign_in_token(await house.member(admin=admin))
    browser.cookies.set("__Secure-sid", token, domain=f".{DOMAIN}")


@pytest.mark.parametrize("there", APPS)
async def test_a_member_who_came_to_one_is_known_to_all(house: House, browser: httpx.AsyncClient, there: str) -> None:
    await sign_in(house, browser)

    await browser.get(SIBLINGS["blog"] + "/here/bar/")
    signed_in = await carried(browser, there)
    await browser.post(SIBLINGS["blog"] + "/sign-out/")

    assert "hint=in=1&n=0" in signed_in
    assert "hint" not in await carried(browser, there)


@pytest.mark.parametrize("there", APPS)
async def test_a_basket_that_was_filled_in_one_is_counted_in_all(
    house: House, browser: httpx.AsyncClient, there: str
) -> None:
    async with transaction() as session:
        await a_product(session, slug="juice")

    await browser.post(SIBLINGS["market"] + "/products/juice/basket/", data={"quantity": "2"})
    await browser.get(SIBLINGS["market"] + "/here/bar/")

    assert "hint=in=0&n=2" in await carried(browser, there)


async def test_whoever_changed_something_in_one_sees_it_in_all(house: House, browser: httpx.AsyncClient) -> None:
    await sign_in(house, browser, admin=True)

    await browser.post(SIBLINGS["blog"] + "/admin/cache/delete/")

    assert "seen=" in await carried(browser, "market")
