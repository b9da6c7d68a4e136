from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from market.models import Producer
from shared.errors import NotFound


class ProducerNotFound(NotFound):
    message = "There is no such producer."


async def get_producer(session: AsyncSession, slug: str) -> Producer:
    """Raises ProducerNotFound."""
    found: Producer | None = await session.scalar(select(Producer).where(Producer.slug == slug))
    if found is None:
        raise ProducerNotFound
    return found
