"""An app that is down takes nobody with it."""

import time

import pytest

from tests.house import House

FRONT_DOORS = [
    ("blog", "/"),
    ("market", "/"),
    ("events", "/"),
    ("cart", "/"),
    ("blog", "/posts/"),
    ("blog", "/account/"),
]

# Each question to another app is given up well within it.
PATIENCE = 5.0


@pytest.mark.parametrize("down", ["blog", "market", "cart", "events"])
async def test_the_others_stand(house: House, down: str) -> None:
    browser = await house.signed_in(await house.member())
    house.stop(down)

    answers = [
        (app, path, (await browser.get(house.url(app, path))).status_code) for app, path in FRONT_DOORS if app != down
    ]

    assert answers == [(app, path, 200) for app, path in FRONT_DOORS if app != down]


@pytest.mark.parametrize("silent", ["blog", "market", "cart", "events"])
async def test_the_others_wait_for_nobody(house: House, silent: str) -> None:
    browser = await house.signed_in(await house.member())
    house.hang(silent)
    slow = []

    for app, path in [door for door in FRONT_DOORS if door[0] != silent]:
        began = time.monotonic()
        answer = await browser.get(house.url(app, path))
        if answer.status_code != 200 or time.monotonic() - began > PATIENCE:
            slow.append((app, path, answer.status_code, time.monotonic() - began))

    assert slow == []


async def test_without_cart_the_basket_is_a_neutral_link(house: House) -> None:
    browser = await house.signed_in(await house.member())
    house.stop("cart")

    page = (await browser.get(house.url("market"))).text

    link = page[page.index('<a id="basket"') :].split("</a>")[0]
    assert "Basket" in link
    assert "badge" not in link
