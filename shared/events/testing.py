"""For tests: let the bus run until it is quiet, look what was emitted, deliver everything twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.bus import DomainFact
from shared.events.processor import EventProcessor
from shared.models import DomainEvent

F = TypeVar("F", bound=DomainFact)


async def wait_until_quiet(*processors: EventProcessor) -> None:
    """Until no handler has anything left to do: what handlers emit is delivered too."""
    while any([await processor.drain() for processor in processors]):
        pass


async def emitted(session: AsyncSession, fact: type[F]) -> list[F]:
    """The committed facts of this type, oldest first."""
    query = select(DomainEvent.payload).where(DomainEvent.type == fact.name).order_by(DomainEvent.id)
    return [fact.model_validate(payload) for payload in await session.scalars(query)]


async def assert_emitted(session: AsyncSession, fact: type[F], **values: Any) -> F:
    """The one committed fact of this type whose fields have these values."""
    found = await emitted(session, fact)
    fitting = [one for one in found if all(getattr(one, name) == value for name, value in values.items())]
    if len(fitting) != 1:
        raise AssertionError(f"{len(fitting)} {fact.name} with {values}; there are {found}")
    return fitting[0]


@contextmanager
def delivered_twice(processor: EventProcessor) -> Iterator[None]:
    """Every handler is called twice, as after a crash or a rewind: one that minds shows it."""
    processor.twice = True
    for lane in processor.lanes:
        lane.twice = True
    try:
        yield
    finally:
        processor.twice = False
        for lane in processor.lanes:
            lane.twice = False
