"""An app that refuses, or never answers, takes no page of the others with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from shared.browser.app.redis_cacher import EVERYTHING
from tests.house import APPS
from tests.security.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="session")

# All that is held about a member is held by all four: half of it would be a wrong answer.
WHOLE_OR_NOT_AT_ALL = "GET blog/account/everything.json"


@asynccontextmanager
async def away(town: Town, name: str, how: str) -> AsyncIterator[None]:
    """Every page is drawn anew by those that are left."""
    before = town.apps[name].asgi_app
    getattr(town, how)(name)
    for app in town.apps.values():
        await app.extensions["page_cache"].bump([EVERYTHING])
    try:
        yield
    finally:
        town.apps[name].asgi_app = before  # type: ignore[method-assign]
        forget(town)


def forget(town: Town) -> None:
    """Nobody has found out yet that an app is away."""
    for app in town.apps.values():
        for breaker in app.extensions["internal_api"].breakers.values():
            breaker.in_vain = 0


async def look(
    town: Town, browser: httpx.AsyncClient, *, without: str, fresh: bool = True
) -> dict[str, httpx.Response]:
    found = {}
    for route in town.routes("GET"):
        if route.app != without and not route.is_internal:
            if fresh:
                forget(town)
            found[route.name] = await town.ask(browser, route)
    return found


def changed(found: dict[str, httpx.Response], right: dict[str, httpx.Response]) -> dict[str, int]:
    return {name: answer.status_code for name, answer in found.items() if answer.status_code != right[name].status_code}


@pytest.mark.parametrize("down", APPS)
@pytest.mark.parametrize("who", ["bob", "ann", "visitor"])
async def test_every_page_of_the_others_stands(town: Town, down: str, who: str) -> None:
    browser = town.client() if who == "visitor" else getattr(town, who)
    right = await look(town, browser, without=down)
    async with away(town, down, "stop"):
        found = await look(town, browser, without=down)

    wrong = changed(found, right)
    if WHOLE_OR_NOT_AT_ALL in wrong:
        assert wrong.pop(WHOLE_OR_NOT_AT_ALL) == 503
        assert int(found[WHOLE_OR_NOT_AT_ALL].headers["Retry-After"]) > 0
    assert wrong == {}


@pytest.mark.parametrize("silent", APPS)
async def test_three_wait_in_vain_and_spare_the_others_the_waiting(
    town: Town, silent: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("shared.breaker.PAUSE_SECONDS", 600.0)
    monkeypatch.setattr("shared.infrastructure.internal_api.TIMEOUT_SECONDS", 0.3)
    monkeypatch.setattr("blog.services.exports.TIMEOUT_SECONDS", 0.3)
    right = await look(town, town.bob, without=silent)
    async with away(town, silent, "hang"):
        found = await look(town, town.bob, without=silent, fresh=False)

    wrong = changed(found, right)
    wrong.pop(WHOLE_OR_NOT_AT_ALL, None)
    assert wrong == {}
    lines = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    waits = [line for line in lines if line.get("server") == silent]
    patiences = [of for app in town.apps.values() for of, _ in app.extensions["internal_api"].breakers if of == silent]
    assert 1 <= len(waits) <= 3 * len(patiences)


async def test_without_cart_the_basket_is_a_neutral_link(town: Town) -> None:
    cy = town.client()
    await cy.post(town.url("market", "/products/rye/basket/"), data={"quantity": "2"})

    bar = town.url("market", "/here/bar/")
    counted = basket_in((await cy.get(bar)).text)
    async with away(town, "cart", "stop"):
        neutral = basket_in((await cy.get(bar)).text)

    assert '<span class="site-count">2' in counted
    assert "Basket" in neutral
    assert '<span class="site-count"></span>' in neutral


def basket_in(page: str) -> str:
    return page[page.index('<a id="basket"') :].split("</a>", maxsplit=1)[0]
