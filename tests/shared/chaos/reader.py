"""A process that handles, to be killed: `python -m tests.shared.chaos.reader DATABASE_URL FILE`."""

import asyncio
import sys

from shared.db.session import create_engine, use_engine
from shared.events.bus import register_handler
from shared.events.processor import EventProcessor
from tests.shared.chaos.facts import Drifted, Grown, Outside, Wind, note_effect


async def main(url: str, path: str) -> None:
    use_engine(create_engine(url))
    register_handler(Grown, note_effect, consumer="chaos")
    register_handler(Grown, Outside(path).call_outside, consumer="chaos")
    register_handler(Drifted, Wind(path).note_came, consumer="chaos", ordered=False)
    await EventProcessor("chaos").run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
