import asyncio

import structlog

from events.services import holds
from shared.db.session import transaction

log = structlog.get_logger("sweeper")

EVERY_SECONDS = 15


async def sweep_for_ever() -> None:
    """Places in baskets whose time has run out go back on sale. Any number of processes may do this."""
    while True:
        await sweep()
        await asyncio.sleep(EVERY_SECONDS)


async def sweep() -> int:
    async with transaction() as session:
        freed = await holds.release_expired(session)
    if freed:
        log.info("places given back", holds=freed)
    return freed
