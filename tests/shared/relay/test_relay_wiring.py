"""An address in the configuration is all it takes."""

from shared.events.relay.processor import RelayProcessor
from tests.fakes.nats import NatsServer
from tests.house import House, settings_for
from tests.shared.relay.facts import light
from tests.shared.relay.test_nats_relay import number_stored


async def test_with_an_address_the_blog_relays(database_url: str, nats_server: NatsServer) -> None:
    relay = {"url": nats_server.url}
    house = House(settings_for(database_url, home=nats_server.folder, relay=relay))
    await light(range(2))
    processor: RelayProcessor = house.apps["blog"].extensions["relay"]

    await processor.drain()

    assert await number_stored(nats_server) == 10
    await processor.aclose()
    await house.aclose()


async def test_without_one_nothing_leaves(house: House) -> None:
    assert "relay" not in house.apps["blog"].extensions
