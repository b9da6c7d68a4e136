from datetime import timedelta

import pytest

from cart.services import adoptions, baskets, lines
from cart.services.baskets import BeingPaid, Identity, LineUnknown, WrongCurrency
from cart.services.baskets import Summary as Sum
from shared.db.session import get_session, transaction
from shared.events.bus import emit_event
from shared.events.payloads.blog import SignedIn
from shared.infrastructure import internal_api
from shared.utils import utcnow
from tests.cart.tills import lines_left
from tests.factories.cart import ANN, a_line, a_placed_order, a_ticket_line, in_basket
from tests.house import House


async def summary(identity: Identity) -> Sum:
    async with get_session(read_only=True) as session:
        return await baskets.summarize(session, identity)


@pytest.mark.usefixtures("session")
async def test_the_same_product_again_adds_up_as_far_as_there_is() -> None:
    await in_basket(a_line(quantity=6), a_line(quantity=6))

    assert await summary(ANN) == Sum(count=10, total=4200)


@pytest.mark.usefixtures("session")
async def test_the_same_hold_again_replaces_what_was_known_of_it() -> None:
    await in_basket(a_ticket_line(hold_id="h", quantity=2), a_ticket_line(hold_id="h", quantity=3))

    assert await summary(ANN) == Sum(count=3, total=3600)


@pytest.mark.usefixtures("session")
async def test_another_currency_does_not_go_into_the_basket() -> None:
    with pytest.raises(WrongCurrency):
        await in_basket(a_line(currency="EUR"))


@pytest.mark.usefixtures("session")
async def test_places_whose_time_is_over_do_not_count() -> None:
    await in_basket(a_line(), a_ticket_line(hold_until=utcnow() - timedelta(seconds=1)))

    assert await summary(ANN) == Sum(count=2, total=840)


@pytest.mark.usefixtures("session")
async def test_somebody_elses_line_is_not_to_be_found() -> None:
    await in_basket(a_line())
    async with get_session(read_only=True) as session:
        [line] = await baskets.list_lines(session, ANN)

    with pytest.raises(LineUnknown):
        await lines.change_quantity(Identity(session_id="bob"), line.id, 1)


@pytest.mark.usefixtures("session")
async def test_a_removed_line_comes_back_with_undo() -> None:
    await in_basket(a_line())
    async with transaction() as session:
        [line] = await baskets.list_lines(session, ANN)
        await lines.remove(session, ANN, line.id)
    assert await summary(ANN) == Sum(0, 0)

    await in_basket(a_line(quantity=1))
    async with transaction() as session:
        await lines.restore(session, ANN, line.id)

    assert await lines_left() == [("Rye loaf", 3, False)]


@pytest.mark.usefixtures("session")
async def test_what_waits_for_its_payment_cannot_be_changed() -> None:
    await a_placed_order()
    async with get_session(read_only=True) as session:
        [line] = await baskets.list_lines(session, ANN)

    with pytest.raises(BeingPaid):
        await lines.change_quantity(ANN, line.id, 1)


async def test_signing_in_takes_the_visitors_basket_along(house: House) -> None:
    ann = await house.member()
    member = Identity(user_id=ann.id)
    await in_basket(a_line(quantity=1), of=member)
    await in_basket(a_line(quantity=2), a_ticket_line(quantity=1))
    both = Identity(user_id=ann.id, session_id="ann")
    assert (await summary(both)).count == 4

    async with transaction() as session:
        emit_event(session, SignedIn(user_id=ann.id, email=ann.email, session_id="ann"))
    await house.deliver()

    assert (await summary(member)).count == 4
    assert (await summary(ANN)).count == 0
    assert await lines_left() == [("Rye loaf", 3, False), ("Barn concert", 1, False)]


async def test_adopting_twice_changes_nothing(house: House) -> None:
    ann = await house.member()
    await in_basket(a_line(quantity=2))

    for _ in range(2):
        async with transaction() as session:
            await adoptions.adopt(session, user_id=ann.id, session_id="ann")

    assert await lines_left() == [("Rye loaf", 2, False)]


async def test_another_app_fills_and_counts_the_basket(house: House) -> None:
    line = a_line().model_dump(mode="json")
    body = {"identity": {"user_id": None, "session_id": "ann"}, "line": line}

    async with house.apps["market"].app_context():
        answer = await internal_api.post("cart", "/internal/cart/lines", json=body)
        counted = await internal_api.get("cart", "/internal/cart/summary", params={"session_id": "ann"})

    assert answer == counted == {"count": 2, "total": 840, "currency": "GBP"}
