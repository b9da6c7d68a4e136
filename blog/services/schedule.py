import asyncio

import structlog

from blog.services import email_undos, passkeys, sign_in, writing
from shared.db.session import transaction
from shared.infrastructure.user_loader import forget_closed_visits

log = structlog.get_logger("blog")

# Seconds between two looks at the clock: how late a kept page may miss a post that has come out.
EVERY = 10.0


async def keep_schedule() -> None:
    """Background work of the blog: brings out what is due, forgets old links, challenges and sessions."""
    while True:
        await once()
        await asyncio.sleep(EVERY)


async def once() -> None:
    async with transaction() as session:
        found = await writing.publish_due(session)
        await sign_in.forget_old_links(session)
        await email_undos.forget_old(session)
        await passkeys.forget_old_challenges(session)
        await forget_closed_visits(session)
    if found:
        log.info("published on schedule", slugs=found)
