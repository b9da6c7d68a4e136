"""Deliveries that did not simply succeed, to be leafed through: given up (dead), to be tried again, or parked."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.errors import NotFound
from shared.models import EventDelivery

PER_PAGE = 20


class NoSuchPage(NotFound):
    message = "The list is not that long."


class LetterNotFound(NotFound):
    message = "This delivery is no longer here: it succeeded, or was dropped."


@dataclass(frozen=True)
class Letters:
    found: Sequence[EventDelivery]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return -(-self.total // PER_PAGE)


async def list_letters(
    session: AsyncSession, *, state: str = "dead", handler: str | None = None, page: int = 1
) -> Letters:
    """Newest first, of one handler or of all. Raises NoSuchPage."""
    query = select(EventDelivery, func.count().over()).where(EventDelivery.state == state)
    if handler:
        query = query.where(EventDelivery.handler == handler)
    newest = query.order_by(EventDelivery.first_failed_at.desc(), EventDelivery.event_id.desc(), EventDelivery.handler)
    rows = (await session.execute(newest.limit(PER_PAGE).offset((page - 1) * PER_PAGE))).all()
    if not rows and page > 1:
        raise NoSuchPage
    return Letters([row[0] for row in rows], rows[0][1] if rows else 0, page)


async def count_by_handler(session: AsyncSession, *, state: str = "dead") -> list[tuple[str, int]]:
    count = select(EventDelivery.handler, func.count()).where(EventDelivery.state == state)
    rows = await session.execute(count.group_by(EventDelivery.handler).order_by(EventDelivery.handler))
    return [(handler, number) for handler, number in rows]


async def get_letter(session: AsyncSession, *, event_id: int, handler: str) -> EventDelivery:
    """In whatever state: the reason is worth reading while it is tried again, too. Raises LetterNotFound."""
    found = await session.get(EventDelivery, (handler, event_id))
    if found is None:
        raise LetterNotFound
    return found
