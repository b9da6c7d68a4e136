from market.models import Product
from shared.db.session import transaction
from tests.factories.market import a_product
from tests.house import House


async def on_sale(**changes: object) -> Product:
    async with transaction() as session:
        return await a_product(session, **({"slug": "rye", "title": "Rye loaf", "price": 360} | changes))


async def test_a_visitor_without_script_adds_to_the_basket_and_is_told(house: House) -> None:
    await on_sale()
    browser = house.client()

    page = await browser.post(house.url("market", "/products/rye/basket/"), data={"quantity": "2"})
    elsewhere = await browser.get(house.url("market", "/"))

    assert str(page.url) == house.url("market", "/products/rye/")
    assert "Added 2 × Rye loaf. Your basket: 2 things, £7.20." in page.text
    assert '2<span class="sr-only"> things in it</span>' in elsewhere.text


async def test_htmx_gets_the_sum_of_the_basket_at_once(house: House) -> None:
    await on_sale()
    browser = house.client()
    partial = {"HX-Request-Type": "partial"}

    await browser.post(house.url("market", "/products/rye/basket/"), data={"quantity": "1"}, headers=partial)
    told = await browser.post(house.url("market", "/products/rye/basket/"), data={"quantity": "2"}, headers=partial)

    assert told.status_code == 200
    assert "Added 2 × Rye loaf. Your basket: 3 things, £10.80." in told.text
    assert '<div id="live" hx-swap-oob="innerHTML">Rye loaf added, 3 items, £10.80</div>' in told.text
    assert "<html" not in told.text


async def test_more_than_there_are_is_refused_with_how_many_there_are(house: House) -> None:
    await on_sale(on_hand=3)
    browser = house.client()

    refused = await browser.post(house.url("market", "/products/rye/basket/"), data={"quantity": "4000"})
    nonsense = await browser.post(house.url("market", "/products/rye/basket/"), data={"quantity": "-1"})

    assert refused.status_code == 409
    assert "There are 3. Choose 3 or fewer." in refused.text
    assert 'aria-describedby="refused" aria-invalid="true"' in refused.text
    assert 'value="4000"' in refused.text
    assert nonsense.status_code == 422
    assert "The quantity must be 1 or more" in nonsense.text


async def test_without_cart_the_page_says_so_beside_the_button_and_works_again_later(house: House) -> None:
    await on_sale()
    browser = house.client()
    open_door = house.apps["cart"].asgi_app
    house.stop("cart")

    away = await browser.post(house.url("market", "/products/rye/basket/"), data={"quantity": "2"})
    house.apps["cart"].asgi_app = open_door  # type: ignore[method-assign]
    again = await browser.post(house.url("market", "/products/rye/basket/"), data={"quantity": "2"})

    assert away.status_code == 503
    assert "Nothing is lost; please try again in a moment." in away.text
    assert 'value="2"' in away.text
    assert "Added 2 × Rye loaf." in again.text
