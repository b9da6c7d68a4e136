from datetime import timedelta
from typing import Any

import pytest

from shared.containers import ContainerType
from shared.db.session import transaction
from shared.errors import Conflict, Forbidden, Invalid
from shared.infrastructure.internal_api import InternalApi
from shared.utils import utcnow
from tests.factories.market import a_marketplace, a_product
from tests.house import House


def cart(house: House) -> InternalApi:
    api: InternalApi = house.apps["cart"].extensions["internal_api"]
    return api


def wish(order: str, *lines: tuple[int, int]) -> dict[str, Any]:
    until = (utcnow() + timedelta(minutes=30)).isoformat()
    return {"order": order, "until": until, "lines": [{"item_id": item, "quantity": n} for item, n in lines]}


async def test_cart_reads_what_is_true_now_of_title_price_and_stock(house: House) -> None:
    async with transaction() as session:
        rye = await a_product(session, slug="rye", on_hand=5, held=1, vat_rate=500, illustration="bread")
        hidden = await a_product(session, is_published=False)

    answer = await cart(house).send(
        "GET", "market", "/internal/market/offers", params={"ids": f"{rye.id},{hidden.id},999,x"}
    )

    (offer,) = answer["offers"]
    assert (offer["item_id"], offer["title"], offer["unit_price"], offer["vat_rate"]) == (rye.id, "Rye loaf", 420, 500)
    assert (offer["available"], offer["currency"]) == (4, "GBP")
    assert offer["url"] == house.url("market", "/products/rye/")
    assert offer["image_url"] == "/static/images/drawings.svg#bread"


async def test_cart_reserves_once_however_often_it_asks(house: House) -> None:
    async with transaction() as session:
        rye = await a_product(session, on_hand=2)

    answers = [
        await cart(house).send("POST", "market", "/internal/market/reservations", json=wish("order", (rye.id, 2)))
        for _ in range(2)
    ]

    assert answers[0] == answers[1]
    assert answers[0]["lines"] == [{"item_id": rye.id, "title": "Rye loaf", "unit_price": 420, "vat_rate": 0}]
    with pytest.raises(Conflict, match=r"Rye loaf is sold out\."):
        await cart(house).send("POST", "market", "/internal/market/reservations", json=wish("other", (rye.id, 1)))


async def test_a_reservation_that_makes_no_sense_is_refused(house: House) -> None:
    with pytest.raises(Invalid):
        await cart(house).send("POST", "market", "/internal/market/reservations", json=wish("order"))


async def test_a_page_gets_cards_of_its_own_marketplace(house: House) -> None:
    async with transaction() as session:
        ours = await a_marketplace(session, container_type=ContainerType.PAGE, container_id=5)
        await a_product(session, marketplace_id=ours.id, title="Ours", measure=500, unit="g")
        await a_product(session, title="Theirs")
    page = {"container_type": "page", "container_id": 5, "limit": 6}

    of_page = await cart(house).send("GET", "market", "/internal/market/cards", params=page)
    of_all = await cart(house).send("GET", "market", "/internal/market/cards", params={"limit": 1})

    assert [(card["title"], card["meta"], card["price"]) for card in of_page["cards"]] == [("Ours", "500 g", 420)]
    assert len(of_all["cards"]) == 1


async def test_strangers_get_nothing(house: House) -> None:
    answer = await house.client().get(house.url("market", "/internal/market/offers?ids=1"))

    assert answer.status_code == 403
    assert answer.json()["error"] == Forbidden.__name__
