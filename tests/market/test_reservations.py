import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from market.handlers import release_order, restock, settle_stock
from market.models import Product
from market.services import reservations
from market.services.reservations import NotOnSale, OrderGivenUp, SoldOut
from shared.db.session import transaction
from shared.events.payloads.cart import OrderLine, OrderPaid, OrderRefunded, OrderReleased
from shared.models import DomainEvent
from shared.utils import utcnow
from tests.factories.market import a_product

LATER = timedelta(minutes=30)


async def counters(session: AsyncSession, product_id: int) -> tuple[int, int, int]:
    found = await session.execute(select(Product.on_hand, Product.held, Product.sold).where(Product.id == product_id))
    on_hand, held, sold = found.one()
    await session.rollback()
    return on_hand, held, sold


async def on_sale(**changes: object) -> int:
    async with transaction() as session:
        product = await a_product(session, **changes)
    return product.id


async def reserve(order: str, wanted: dict[int, int]) -> None:
    async with transaction() as session:
        await reservations.reserve(session, order, wanted, until=utcnow() + LATER)


def line(product_id: int, quantity: int) -> OrderLine:
    return OrderLine(kind="product", item_id=product_id, title="Rye loaf", quantity=quantity, unit_price=420)


def paid(order: str, *lines: OrderLine) -> OrderPaid:
    return OrderPaid(order=order, email="ann@example.com", total=840, currency="GBP", lines=list(lines))


async def told(session: AsyncSession, name: str) -> Sequence[DomainEvent]:
    return (await session.scalars(select(DomainEvent).where(DomainEvent.type == name))).all()


async def test_a_hundred_orders_at_once_get_exactly_the_ten_pieces(session: AsyncSession) -> None:
    product_id = await on_sale(on_hand=10)

    # They all wait for one row, which on a busy machine fifteen at once do longer than a statement may wait for a lock.
    turn = asyncio.Semaphore(6)

    async def order(number: int) -> object:
        async with turn:
            return await reserve(f"order-{number}", {product_id: 1})

    outcomes = await asyncio.gather(*map(order, range(100)), return_exceptions=True)

    assert [outcome for outcome in outcomes if outcome is None] == [None] * 10
    assert {type(outcome) for outcome in outcomes if outcome is not None} == {SoldOut}
    assert await counters(session, product_id) == (10, 10, 0)


async def test_orders_that_name_products_in_opposite_order_do_not_block_each_other(session: AsyncSession) -> None:
    first, second = await on_sale(on_hand=40), await on_sale(on_hand=40)

    await asyncio.gather(
        *(reserve(f"a-{n}", {first: 1, second: 1}) for n in range(20)),
        *(reserve(f"b-{n}", {second: 1, first: 1}) for n in range(20)),
    )

    assert await counters(session, first) == (40, 40, 0)
    assert await counters(session, second) == (40, 40, 0)


async def test_an_order_gets_all_its_lines_or_none_and_hears_which_is_short(session: AsyncSession) -> None:
    plenty, few = await on_sale(), await on_sale(title="Plum jam", on_hand=2)

    with pytest.raises(SoldOut, match=r"Only 2 of Plum jam left\."):
        await reserve("order", {plenty: 1, few: 3})

    assert await counters(session, plenty) == (10, 0, 0)


async def test_reserving_twice_for_one_order_holds_once(session: AsyncSession) -> None:
    product_id = await on_sale()

    await asyncio.gather(reserve("order", {product_id: 3}), reserve("order", {product_id: 3}))

    assert await counters(session, product_id) == (10, 3, 0)


async def test_what_is_not_published_cannot_be_reserved(session: AsyncSession) -> None:
    product_id = await on_sale(is_published=False)

    with pytest.raises(NotOnSale):
        await reserve("order", {product_id: 1})


async def test_what_is_made_on_demand_never_runs_out(session: AsyncSession) -> None:
    product_id = await on_sale(on_hand=0, on_demand=True)
    await reserve("order", {product_id: 50})

    async with transaction() as other:
        await settle_stock(other, paid("order", line(product_id, 50)))

    assert await counters(session, product_id) == (0, 0, 50)


async def test_a_payment_told_twice_sells_once(session: AsyncSession) -> None:
    product_id = await on_sale()
    await reserve("order", {product_id: 2})

    for _ in range(2):
        async with transaction() as other:
            await settle_stock(other, paid("order", line(product_id, 2)))

    assert await counters(session, product_id) == (8, 0, 2)


async def test_a_released_order_gives_its_stock_back_once_and_takes_no_more(session: AsyncSession) -> None:
    product_id = await on_sale()
    await reserve("order", {product_id: 4})

    for _ in range(2):
        async with transaction() as other:
            await release_order(other, OrderReleased(order="order"))

    assert await counters(session, product_id) == (10, 0, 0)
    with pytest.raises(OrderGivenUp):
        await reserve("order", {product_id: 4})


async def test_a_payment_after_the_release_takes_the_stock_again(session: AsyncSession) -> None:
    product_id = await on_sale()
    await reserve("order", {product_id: 4})
    async with transaction() as other:
        await release_order(other, OrderReleased(order="order"))

    async with transaction() as other:
        await settle_stock(other, paid("order", line(product_id, 4)))

    assert await counters(session, product_id) == (6, 0, 4)


async def test_a_payment_after_others_took_the_stock_says_what_is_short(session: AsyncSession) -> None:
    product_id = await on_sale(on_hand=4)
    await reserve("late", {product_id: 4})
    async with transaction() as other:
        await release_order(other, OrderReleased(order="late"))
    await reserve("faster", {product_id: 1})

    for _ in range(2):
        async with transaction() as other:
            await settle_stock(other, paid("late", line(product_id, 4)))

    assert await counters(session, product_id) == (4, 1, 0)
    assert [event.payload for event in await told(session, "market.stock_short")] == [
        {"order": "late", "item_ids": [product_id]}
    ]


async def test_refunded_goods_return_to_the_shelf_and_never_more_than_were_sold(session: AsyncSession) -> None:
    product_id = await on_sale()
    await reserve("order", {product_id: 3})
    async with transaction() as other:
        await settle_stock(other, paid("order", line(product_id, 3)))
    refund = OrderRefunded(
        order="order", email="ann@example.com", amount=840, currency="GBP", lines=[line(product_id, 2)]
    )

    for _ in range(2):
        async with transaction() as other:
            await restock(other, refund)

    assert await counters(session, product_id) == (10, 0, 0)


async def test_an_order_nobody_spoke_of_again_gives_its_stock_back(session: AsyncSession) -> None:
    product_id = await on_sale()
    await reserve("forgotten", {product_id: 3})

    async with transaction() as other:
        for order in await reservations.list_forgotten(other, utcnow() + 2 * LATER):
            await reservations.release(other, order)

    assert await counters(session, product_id) == (10, 0, 0)
