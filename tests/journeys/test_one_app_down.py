"""An app that is down takes nobody with it."""

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


@pytest.mark.parametrize("down", ["blog", "market", "cart", "events"])
async def test_the_others_stand(house: House, down: str) -> None:
    browser = await house.signed_in(await house.member())
    house.stop(down)

    answers = [
        (app, path, (await browser.get(house.url(app, path))).status_code) for app, path in FRONT_DOORS if app != down
    ]

    assert answers == [(app, path, 200) for app, path in FRONT_DOORS if app != down]


async def test_without_cart_the_basket_is_a_neutral_link(house: House) -> None:
    browser = await house.signed_in(await house.member())
    house.stop("cart")

    page = (await browser.get(house.url("market"))).text

    link = page[page.index('<a id="basket"') :].split("</a>")[0]
    assert "Basket" in link
    assert "badge" not in link
