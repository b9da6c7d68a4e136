from datetime import timedelta

import httpx
import pytest
from pypdf import PdfReader
from sqlalchemy import event, select, update

from cart.models import Order, OrderLine, Payment
from cart.services import settlements
from cart.services.baskets import Identity
from cart.services.payments import Till
from cart.services.settler import Settler
from shared.db.session import engine, get_session, transaction
from shared.utils import utcnow
from tests.cart.tills import pay, status_of, told
from tests.factories.cart import a_line, a_placed_order, a_ticket_line, in_basket
from tests.fakes.sumup import SumUpProcess
from tests.house import House

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
async def browser(house: House) -> httpx.AsyncClient:
    """Ann's, signed in."""
    return await house.signed_in(await house.member())


async def the_member() -> Identity:
    from shared.models import User

    async with get_session(read_only=True) as session:
        return Identity(user_id=(await session.scalars(select(User.id))).first())


async def a_paid_order(payer: SumUpProcess, till: Till, *, of: Identity) -> Order:
    order = await a_placed_order(a_line(vat_rate=2000), of=of, user_id=of.user_id)
    payment = await pay(payer, till, order)
    assert till.sumup
    assert payment.checkout_id
    await settlements.settle(till.sumup, payment.checkout_id)
    return order


async def test_an_empty_basket_shows_the_way_to_the_shop(house: House) -> None:
    shown = await house.client().get(house.url("cart", "/"))

    assert "Nothing in it yet" in shown.text
    assert house.url("market", "/") in shown.text


async def test_the_basket_says_what_vat_is_in_it(house: House, browser: httpx.AsyncClient) -> None:
    await in_basket(a_line(), a_ticket_line(), of=await the_member())

    shown = await browser.get(house.url("cart", "/"))

    assert "£32.40" in shown.text
    assert "Includes VAT at 20%" in shown.text
    assert "£4.00" in shown.text
    assert "Quantity of Rye loaf" in shown.text


async def test_places_whose_time_is_over_can_be_taken_again(house: House, browser: httpx.AsyncClient) -> None:
    await in_basket(a_ticket_line(hold_until=utcnow() - timedelta(seconds=1)), of=await the_member())

    shown = await browser.get(house.url("cart", "/"))

    assert "The time for these has run out" in shown.text
    assert 'href="http://localhost:8003/entries/barn-concert/"' in shown.text
    assert "Check out" not in shown.text


async def test_htmx_gets_the_lines_and_the_new_number(house: House, browser: httpx.AsyncClient) -> None:
    await in_basket(a_line(), of=await the_member())
    [line] = await lines_of(await the_member())

    shown = await browser.post(house.url("cart", f"/lines/{line}/"), data={"quantity": "5"}, headers=PARTIAL)

    assert shown.text.lstrip().startswith('<div id="lines">')
    assert "£21.00" in shown.text
    assert "5<span" in shown.text


async def test_removing_can_be_undone(house: House, browser: httpx.AsyncClient) -> None:
    await in_basket(a_line(), of=await the_member())
    [line] = await lines_of(await the_member())

    removed = await browser.post(house.url("cart", f"/lines/{line}/delete/"))
    assert "is no longer in your basket" in removed.text
    back = await browser.post(house.url("cart", f"/lines/{line}/restore/"))

    assert "Quantity of Rye loaf" in back.text


@pytest.mark.parametrize("quantity", ["0", "-1", "NaN", "1e9", ""])
async def test_no_such_quantities(house: House, browser: httpx.AsyncClient, quantity: str) -> None:
    await in_basket(a_line(), of=await the_member())
    [line] = await lines_of(await the_member())

    refused = await browser.post(house.url("cart", f"/lines/{line}/"), data={"quantity": quantity})

    assert refused.status_code == 422
    assert "£8.40" in refused.text
    assert f'<a class="link-row" href="#quantity-{line}">Rye loaf: ' in refused.text


async def test_who_wants_more_than_there_are_is_told_of_what_and_how_many(
    house: House, browser: httpx.AsyncClient
) -> None:
    await in_basket(a_line(), of=await the_member())
    [line] = await lines_of(await the_member())

    refused = await browser.post(house.url("cart", f"/lines/{line}/"), data={"quantity": "9999"})

    assert refused.status_code == 409
    assert "Rye loaf: There are 10. Choose 10 or fewer. Your basket still has 2." in refused.text
    assert '<span class="sr-only">Error: </span>There are 10. Choose 10 or fewer.</p>' in refused.text
    assert 'value="9999"' in refused.text
    assert "<title>Error: Your basket" in " ".join(refused.text.split()).replace("<title> ", "<title>")


async def test_the_checkout_knows_who_is_signed_in_and_says_what_is_wrong(
    house: House, browser: httpx.AsyncClient
) -> None:
    await in_basket(a_line(), of=await the_member())
    url = house.url("cart", "/checkout/")

    shown = await browser.get(url)
    refused = await browser.post(url, data={"name": "Ann", "email": "nobody", "total": "840", "key": "k" * 22})

    assert 'value="ann@example.com"' in shown.text
    assert refused.status_code == 422
    assert "must be an email address" in refused.text
    assert f'value="{"k" * 22}"' in refused.text


async def test_the_checkout_says_how_long_places_are_held(house: House, browser: httpx.AsyncClient) -> None:
    await in_basket(a_ticket_line(), of=await the_member())

    shown = await browser.get(house.url("cart", "/checkout/"))

    assert "Held for you until" in shown.text
    assert "15 minutes</time> left)" in shown.text


async def test_who_has_just_paid_is_thanked_and_later_sees_the_number(
    house: House, payer: SumUpProcess, till: Till
) -> None:
    order = await a_paid_order(payer, till, of=Identity(session_id="bob"))
    browser = house.client()

    at_once = await browser.get(house.url("cart", order.path))
    async with transaction() as session:
        await session.execute(update(Order).values(paid_at=utcnow() - timedelta(hours=1)))
    later = await browser.get(house.url("cart", order.path))

    assert "<h1>Thank you, Ann</h1>" in at_once.text
    assert f"<h1>Order {order.number}</h1>" in later.text
    assert later.text.index("£8.40</td>") < later.text.index("including VAT at 20%")


async def test_an_order_is_found_by_its_link_alone(house: House) -> None:
    order = await a_placed_order()
    stranger = house.client()

    shown = await stranger.get(house.url("cart", order.path))
    guessed = await stranger.get(house.url("cart", f"/orders/{order.number}/"))

    assert order.number in shown.text
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert guessed.status_code == 404


async def test_a_draft_is_nobodys_to_see(house: House) -> None:
    order = await a_placed_order(status="draft")

    assert (await house.client().get(house.url("cart", order.path))).status_code == 404


async def test_no_receipt_before_the_money_is_there(house: House, payer: SumUpProcess, till: Till) -> None:
    waiting = await a_placed_order()
    paid = await a_paid_order(payer, till, of=Identity(session_id="bob"))
    browser = house.client()

    early = await browser.get(house.url("cart", f"{waiting.path}receipt.pdf"))
    receipt = await browser.get(house.url("cart", f"{paid.path}receipt.pdf"))

    assert early.status_code == 404
    from io import BytesIO

    text = PdfReader(BytesIO(receipt.content)).pages[0].extract_text()
    assert paid.number in text
    assert text.index("Total") < text.index("including VAT at 20%")


async def test_back_without_having_paid_it_goes_on_looking(
    house: House, till: Till, at_work: Settler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cart.routes.returns.PATIENCE_SECONDS", 0.3)
    order = await a_placed_order()
    from cart.services import payments

    await payments.open_page(till, order.id)

    shown = await house.client().get(house.url("cart", f"{order.path}return/"))

    assert 'http-equiv="refresh"' in shown.text
    assert "Checking your payment" in shown.text
    assert await status_of(order) == "placed"


async def test_a_member_finds_all_their_orders(house: House, browser: httpx.AsyncClient) -> None:
    mine = await a_placed_order(email="other@example.com", user_id=(await the_member()).user_id)
    as_guest = await a_placed_order(email="ann@example.com")
    others = await a_placed_order(email="bob@example.com")

    shown = (await browser.get(house.url("cart", "/orders/"))).text

    assert [order.number in shown for order in (mine, as_guest, others)] == [True, True, False]


async def test_only_administrators_see_everybodys_orders(house: House, browser: httpx.AsyncClient) -> None:
    order = await a_placed_order()

    for path in ("/admin/orders/", f"/admin/orders/{order.token}/"):
        assert (await browser.get(house.url("cart", path))).status_code == 403


async def test_the_treasurer_searches_and_refunds(house: House, order: Order) -> None:
    other = await a_placed_order(buyer="Zoe", email="zoe@example.com")
    treasurer = await house.signed_in(await house.member("bob@example.com", admin=True))

    found = await treasurer.get(house.url("cart", "/admin/orders/?q=cy%40&status=paid"))
    assert order.number in found.text
    assert other.number not in found.text

    async with get_session(read_only=True) as session:
        line = (await session.scalars(select(OrderLine.id).filter_by(kind="product", order_id=order.id))).one()
    form = {"line": str(line), "quantity": "1", "key": "k" * 22, "reason": "Too dark"}
    url = house.url("cart", f"/admin/orders/{order.token}/refunds/")
    for _ in range(2):
        asked = await treasurer.post(url, data=form)
        assert "On its way" in asked.text
    await house.deliver()

    shown = await treasurer.get(house.url("cart", f"/admin/orders/{order.token}/"))
    assert "Paid back" in shown.text
    assert "1 left" in shown.text
    assert await told("cart.order_refunded") == 1


async def test_the_treasurer_cancels_what_is_not_paid(house: House) -> None:
    order = await a_placed_order()
    treasurer = await house.signed_in(await house.member("cy@example.com", admin=True))

    shown = await treasurer.post(house.url("cart", f"/admin/orders/{order.token}/cancellation/"))

    assert "The order has been cancelled" in shown.text
    assert await status_of(order) == "released"


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"id": 5}', b'{"event_type":"CHECKOUT_STATUS_CHANGED","id":"x"}'])
async def test_a_forged_webhook_changes_nothing(house: House, settler: Settler, body: bytes) -> None:
    order = await a_placed_order()
    async with transaction() as session:
        await session.execute(update(Payment).values(checkout_id="ours", next_check_at=utcnow() + timedelta(hours=1)))

    answer = await house.client().post(house.url("cart", "/webhooks/sumup/"), content=body)
    await settler.step()

    assert (answer.status_code, answer.content) == (204, b"")
    assert await status_of(order) == "placed"


async def test_pages_stay_within_their_query_budget(house: House, browser: httpx.AsyncClient) -> None:
    await a_placed_order(a_line(), a_ticket_line(), of=await the_member())
    order = await a_placed_order(a_line(item_id=5), user_id=(await the_member()).user_id)
    counted = count_queries(house)

    for path in ("/", order.path, "/orders/"):
        counted.clear()
        assert (await browser.get(house.url("cart", path))).status_code == 200
        assert len(counted) <= 5, counted


def count_queries(house: House) -> list[str]:
    seen: list[str] = []

    @event.listens_for(engine().sync_engine, "before_cursor_execute")
    def _note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    return seen


async def lines_of(identity: Identity) -> list[int]:
    from cart.services import baskets

    async with get_session(read_only=True) as session:
        return [line.id for line in await baskets.list_lines(session, identity)]
