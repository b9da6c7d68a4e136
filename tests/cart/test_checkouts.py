"""From the basket to the money, with market, events and SumUp as they are."""

import asyncio
import re

from sqlalchemy import func, select, update

from cart.models import Order
from cart.services.payments import Till
from cart.services.settler import Settler
from events.models import Hold, TicketType
from market.models import Product
from shared.config import Settings
from shared.db.session import get_session, transaction
from tests.cart.tills import lines_left, told
from tests.cart.visitors import Shop, Visitor, stock, the_order
from tests.fakes.sumup import FAILS, PAYS, SumUpProcess
from tests.house import House, settings_for


async def test_bread_and_tickets_in_one_order(
    house: House, visitor: Visitor, shop: Shop, payer: SumUpProcess, at_work: Settler
) -> None:
    await visitor.choose(loaves=2, places=3)
    basket = await visitor.basket()
    assert "£44.40" in basket
    assert "The Old Dairy" in basket

    to_pay = await visitor.order()
    assert to_pay.headers["location"].startswith(payer.url)
    paid = payer.tap({"hosted_checkout_url": to_pay.headers["location"]}, PAYS)
    back = await visitor.browser.get(paid.headers["location"])
    await house.deliver()

    order = await the_order()
    assert "Thank you, Cy" in back.text
    assert (order.status, order.total, order.email) == ("paid", 4440, "cy@example.com")
    assert await stock(shop) == (0, 2)
    assert await lines_left() == []
    shown = await visitor.browser.get(house.url("cart", order.path))
    assert shown.text.count("/tickets/") == 3


async def test_the_button_pressed_twenty_times_is_one_order(
    house: House, visitor: Visitor, shop: Shop, till: Till
) -> None:
    await visitor.choose(loaves=2, places=2)
    form = await visitor.form()

    answers = await asyncio.gather(*(visitor.send(form) for _ in range(20)))

    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert (await the_order()).status == "placed"
    assert await stock(shop) == (2, 0)


async def test_two_windows_of_one_visitor_make_one_order(visitor: Visitor, till: Till) -> None:
    await visitor.choose(loaves=1)
    one, other = await visitor.form(), await visitor.form()

    first = await visitor.send(one)
    second = await visitor.send(other)

    assert first.headers["location"] == second.headers["location"]


async def test_sold_out_meanwhile_is_said_and_nothing_is_kept(house: House, visitor: Visitor, shop: Shop) -> None:
    await visitor.choose(loaves=2, places=1)
    async with transaction() as session:
        await session.execute(update(Product).values(on_hand=1))

    refused = await visitor.order()
    await house.deliver()

    assert refused.status_code == 409
    assert "Only 1 of Rye loaf left" in refused.text
    assert await stock(shop) == (0, 0)
    assert [locked for _, _, locked in await lines_left()] == [False, False]


async def test_a_new_price_is_shown_before_anything_is_ordered(house: House, visitor: Visitor, shop: Shop) -> None:
    await visitor.choose(loaves=2)
    async with transaction() as session:
        await session.execute(update(Product).values(price=500))

    refused = await visitor.order()
    await house.deliver()

    assert refused.status_code == 409
    assert "£10.00" in refused.text
    assert await stock(shop) == (0, 0)
    async with get_session(read_only=True) as session:
        assert await session.scalar(select(func.count()).select_from(Order)) == 0


async def test_declined_leads_back_to_a_whole_basket(
    visitor: Visitor, shop: Shop, payer: SumUpProcess, at_work: Settler
) -> None:
    await visitor.choose(loaves=2, places=2)
    to_pay = (await visitor.order()).headers["location"]
    payer.tap({"hosted_checkout_url": to_pay}, FAILS)
    order = await the_order()

    back = await visitor.browser.get(visitor.house.url("cart", f"{order.path}return/"))

    assert "your basket is still whole" in back.text
    assert await lines_left() == [("Rye loaf", 2, True), ("Barn concert", 2, True)]
    again = await visitor.press(back.text, "Pay ")
    assert str(again.url) == to_pay


async def test_an_order_can_be_changed_before_it_is_paid(
    house: House, visitor: Visitor, shop: Shop, till: Till
) -> None:
    await visitor.choose(loaves=2)
    await visitor.order()

    shown = await visitor.press(await visitor.basket(), "Change the order")
    await house.deliver()

    assert "is waiting for payment" not in shown.text
    assert await lines_left() == [("Rye loaf", 2, False)]
    assert await stock(shop) == (0, 0)


async def test_what_costs_nothing_is_had_at_once(house: House, visitor: Visitor, shop: Shop) -> None:
    async with transaction() as session:
        await session.execute(update(TicketType).values(price=0))
    await visitor.choose(places=2)

    answer = await visitor.order()
    await house.deliver()

    order = await the_order()
    assert answer.headers["location"] == house.url("cart", order.path)
    assert order.status == "paid"
    assert await told("events.tickets_issued") == 1


async def test_fewer_places_are_given_back_to_events(visitor: Visitor, shop: Shop) -> None:
    await visitor.choose(places=3)
    async with get_session(read_only=True) as session:
        hold = (await session.scalars(select(Hold))).one()
    page = await visitor.basket()
    [action] = re.findall(r'<form action="([^"]+/lines/\d+/)" method="post"', page)

    shown = await visitor.browser.post(action, data={"quantity": "1"})

    assert "£12.00" in shown.text
    async with get_session(read_only=True) as session:
        assert (await session.get_one(Hold, hold.id)).quantity == 1


async def test_places_are_kept_longer_once(visitor: Visitor) -> None:
    await visitor.choose(places=1)

    shown = await visitor.press(await visitor.basket(), "Keep it 15 more minutes")

    assert shown.status_code == 200
    assert "15 more minutes" not in shown.text


async def test_sumup_away_keeps_the_order_and_says_so(
    settings: Settings, payer: SumUpProcess, visitor: Visitor, house: House
) -> None:
    await visitor.choose(loaves=1)
    account = {"api_key": "k", "merchant_code": "m", "base_url": "http://127.0.0.1:9"}
    away = settings_for(settings.database_url, home=settings.home, sumup=account)
    from cart.app import use_till

    app = house.apps["cart"]
    use_till(app, away)

    answer = await visitor.order()
    shown = await visitor.browser.get(answer.headers["location"])

    assert "Payment is not possible at the moment" in shown.text
    assert "Try to pay again" in shown.text
    assert (await the_order()).status == "placed"


async def test_a_site_without_sumup_says_so(house: House, visitor: Visitor) -> None:
    await visitor.choose(loaves=1)
    app = house.apps["cart"]
    with_it = app.extensions["till"]
    app.extensions["till"] = Till(None, with_it.settings)

    answer = await visitor.order()
    shown = await visitor.browser.get(answer.headers["location"])
    app.extensions["till"] = with_it

    assert "Card payments are not set up" in shown.text
