"""What is the visitor's own stands on kept pages too, and only there for them."""

from typing import Any

import pytest
from redis import Redis
from sqlalchemy import event

from rose.supervisor.valkey import Valkey
from shared.config import Settings
from shared.db.session import transaction
from tests.factories.market import a_product
from tests.house import ORIGINS, House

MARKET = ORIGINS["market"]


@pytest.fixture
def settings(settings: Settings, valkey: Valkey) -> Settings:
    with Redis.from_url(valkey.url) as redis:
        redis.flushall()
    return settings.model_copy(update={"redis_url": valkey.url})


async def test_a_member_finds_their_account_on_a_kept_page(house: House) -> None:
    ann = await house.signed_in(await house.member())

    page, bar = await ann.get("/posts/"), await ann.get("/here/bar/")

    assert 'data-here="/here/bar/"' in page.text
    assert "Sign in" in page.text
    assert "Account" in bar.text
    assert bar.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("app", ["blog", "market", "cart", "events"])
async def test_every_app_answers_for_the_bar(house: House, app: str) -> None:
    bar = await house.client().get(house.url(app, "/here/bar/"))

    assert 'id="personal"' in bar.text
    assert 'hx-swap-oob="true"' in bar.text


async def test_a_stranger_is_given_no_reason_to_ask(house: House) -> None:
    browser = house.client()

    await browser.get("/posts/")
    await browser.get("/search/")

    assert "hint" not in browser.cookies


async def test_a_basket_is_hinted_at_and_then_counted(house: House) -> None:
    async with transaction() as session:
        await a_product(session, title="Cloudy apple juice", slug="cloudy-apple-juice")
    browser = house.client()

    await browser.post(f"{MARKET}/products/cloudy-apple-juice/basket/", data={"quantity": "2"})
    hinted = browser.cookies.get("hint")
    bar = await browser.get(f"{MARKET}/here/bar/")

    assert hinted == "in=0&n=2"
    assert 'class="site-count">2' in bar.text
    assert browser.cookies.get("hint", domain="localhost.local") == "in=0&n=2"


async def test_whoever_signs_out_is_hinted_at_no_longer(house: House) -> None:
    ann = await house.signed_in(await house.member())
    await ann.get("/here/bar/")
    known = ann.cookies.get("hint")

    await ann.post("/sign-out/")

    assert (known, ann.cookies.get("hint")) == ("in=1&n=0", None)


async def test_the_bar_costs_one_query_and_one_call(house: House) -> None:
    ann = await house.signed_in(await house.member())
    asked: list[str] = []
    seen: list[str] = []
    cart: Any = house.apps["cart"].asgi_app

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        asked.append(scope["path"])
        before = len(seen)
        await cart(scope, receive, send)
        del seen[before:]

    house.apps["cart"].asgi_app = answer  # type: ignore[method-assign]
    event.listen(house.engine.sync_engine, "before_cursor_execute", lambda *found: seen.append(found[2]))

    bar = await ann.get("/here/bar/")

    assert "Account" in bar.text
    assert (len(seen), asked) == (1, ["/internal/cart/summary"])


async def test_a_kept_product_is_a_favourite_of_some(house: House) -> None:
    async with transaction() as session:
        await a_product(session, title="Cloudy apple juice", slug="cloudy-apple-juice")
    ann = await house.signed_in(await house.member())
    path = f"{MARKET}/products/cloudy-apple-juice/"

    kept = await ann.get(path)
    liked = await ann.post(f"{path}like/")
    button = await ann.get(f"{path}like/", headers={"HX-Request-Type": "partial"})

    assert f'data-own="{path}like/"' in kept.text
    assert "It is one of your favourites." in liked.text
    assert "Remove from my favourites" in button.text
    assert "Remove from my favourites" not in (await ann.get(path)).text
