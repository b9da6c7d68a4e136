"""Buyers are told where and when they collect what they buy; who buys tickets only, nothing of the kind."""

import pytest

from cart.models import Order
from cart.services import settlements
from cart.services.payments import Till
from shared.config import Settings
from tests.cart.tills import pay
from tests.cart.visitors import Shop, Visitor, the_order
from tests.fakes.mail import MailFake
from tests.fakes.sumup import SumUpProcess
from tests.house import House

WORDS = "Fridays 16:00 to 19:00, The Old Dairy, 4 Rowan Lane"
COLLECTION = {"place": "The Old Dairy, 4 Rowan Lane", "times": "Fridays 16:00 to 19:00"}


@pytest.fixture
def collection() -> dict[str, str] | None:
    return COLLECTION


@pytest.fixture
def settings(settings: Settings, mail: MailFake, collection: dict[str, str] | None) -> Settings:
    values = settings.model_dump() | {"smtp_url": mail.url}
    return Settings.model_validate(values | {"site": values["site"] | {"collection": collection}})


async def paid(house: House, visitor: Visitor, payer: SumUpProcess, till: Till) -> tuple[Order, str]:
    """The order, and its page."""
    await visitor.order()
    order = await the_order()
    payment = await pay(payer, till, order)
    assert till.sumup
    assert payment.checkout_id
    await settlements.settle(till.sumup, payment.checkout_id)
    await house.deliver()
    return order, (await visitor.browser.get(house.url("cart", order.path))).text


def receipt(mail: MailFake) -> str:
    letters = mail.to("cy@example.com")
    body = next(letter for letter in letters if letter["Message-ID"].startswith("<receipt")).get_body(("plain",))
    return " ".join(str(body.get_content()).split())


async def test_goods_are_collected_there_from_the_product_to_the_receipt(
    house: House, visitor: Visitor, shop: Shop, payer: SumUpProcess, till: Till, mail: MailFake
) -> None:
    await visitor.choose(loaves=2, places=1)
    product = await visitor.browser.get(house.url("market", f"/products/{shop.loaf.slug}/"))
    basket = await visitor.basket()
    checkout = await visitor.browser.get(house.url("cart", "/checkout/"))
    order, page = await paid(house, visitor, payer, till)

    assert WORDS in product.text
    assert f"To collect: {WORDS}." in basket
    assert f"To collect: {WORDS}" in checkout.text
    assert "By email, as soon as you have paid" in checkout.text
    assert "Collect your shopping" in page
    assert f"{WORDS}. Please bring this order number" in page
    assert f"Collect your shopping: {WORDS}. Please bring the order number, {order.number}." in receipt(mail)


async def test_who_buys_tickets_only_has_nothing_to_collect(
    house: House, visitor: Visitor, payer: SumUpProcess, till: Till, mail: MailFake
) -> None:
    await visitor.choose(places=1)
    basket = await visitor.basket()
    checkout = await visitor.browser.get(house.url("cart", "/checkout/"))
    _, page = await paid(house, visitor, payer, till)

    assert "How you get it" in checkout.text
    assert [text for text in (basket, checkout.text, page, receipt(mail)) if WORDS in text] == []


@pytest.mark.parametrize("collection", [None])
async def test_a_site_that_does_not_say_where_says_nothing(
    house: House, visitor: Visitor, shop: Shop, payer: SumUpProcess, till: Till, mail: MailFake
) -> None:
    await visitor.choose(loaves=1)
    product = await visitor.browser.get(house.url("market", f"/products/{shop.loaf.slug}/"))
    basket = await visitor.basket()
    checkout = await visitor.browser.get(house.url("cart", "/checkout/"))
    _, page = await paid(house, visitor, payer, till)

    texts = (product.text, basket, checkout.text, page, receipt(mail))
    assert [text for text in texts if "collect" in text.lower()] == []
    assert "How you get it" not in checkout.text
