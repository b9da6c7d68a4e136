"""What was put into the basket is said once, to the one who put it there, without JavaScript too."""

import pytest
from redis import Redis

from rose.supervisor.valkey import Valkey
from shared.config import Settings
from shared.db.session import transaction
from tests.factories.events import a_ticket_type, an_entry
from tests.factories.market import a_product
from tests.house import ORIGINS, House

TOLD = {"market": "Added 2 × Rye loaf.", "events": "2 places are in your basket"}


@pytest.fixture(params=[True, False], ids=["kept", "drawn"])
def settings(settings: Settings, valkey: Valkey, request: pytest.FixtureRequest) -> Settings:
    with Redis.from_url(valkey.url) as redis:
        redis.flushall()
    return settings.model_copy(update={"redis_url": valkey.url if request.param else None})


@pytest.fixture
async def pages(house: House) -> dict[str, tuple[str, dict[str, str]]]:
    """By app: a page with a thing to buy, and what its form sends."""
    async with transaction() as session:
        await a_product(session, slug="rye", title="Rye loaf")
        entry = await an_entry(session)
        kind = await a_ticket_type(session, entry=entry)
    concert = f"{ORIGINS['events']}/entries/{entry.id}-{entry.slug}/"
    return {
        "market": (f"{ORIGINS['market']}/products/rye/", {"quantity": "2"}),
        "events": (concert, {f"places-{kind.id}": "2"}),
    }


@pytest.mark.parametrize("app", TOLD)
async def test_it_is_said_on_the_next_page_and_not_again_at_a_reload(
    house: House, pages: dict[str, tuple[str, dict[str, str]]], app: str
) -> None:
    address, form = pages[app]
    browser = house.client()
    before = await browser.get(address)

    told = await browser.post(f"{address}basket/", data=form)
    again = await browser.get(address)

    assert TOLD[app] not in before.text
    assert TOLD[app] in told.text
    assert str(told.url).partition("#")[0] == address
    assert told.headers["Cache-Control"] == "private, no-store"
    assert TOLD[app] not in again.text


@pytest.mark.parametrize("app", TOLD)
async def test_no_address_says_it_to_a_stranger(
    house: House, pages: dict[str, tuple[str, dict[str, str]]], app: str
) -> None:
    address, _ = pages[app]
    usual = await house.client().get(address)

    page = await house.client().get(f"{address}?added=77")

    assert page.text == usual.text


async def test_it_is_said_of_no_other_thing(house: House, pages: dict[str, tuple[str, dict[str, str]]]) -> None:
    async with transaction() as session:
        await a_product(session, slug="oats", title="Oats")
    address, form = pages["market"]
    browser = house.client()

    await browser.post(f"{address}basket/", data=form, follow_redirects=False)
    other = await browser.get(f"{ORIGINS['market']}/products/oats/")
    right = await browser.get(address)

    assert "Added 2" not in other.text
    assert TOLD["market"] in right.text
