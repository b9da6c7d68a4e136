"""A process that relays, to be killed: `python -m tests.shared.relay.process DATABASE_URL BROKER_URL`."""

import asyncio
import sys

import tests.shared.relay.facts  # noqa: F401  what may leave the house
from shared.db.session import create_engine, use_engine
from shared.events.relay.choice import sink_for
from shared.events.relay.processor import RelayProcessor


async def main(database_url: str, broker_url: str) -> None:
    use_engine(create_engine(database_url))
    await RelayProcessor(sink_for(broker_url)).run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
