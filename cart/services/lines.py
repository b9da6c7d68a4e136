"""Changing what is in a basket. Events is asked about places first, and nothing is open meanwhile."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cart.models import Basket, BasketLine
from cart.services import baskets, shelves
from cart.services.baskets import Identity
from shared.db.session import get_session, transaction
from shared.errors import Conflict, NotFound
from shared.infrastructure import internal_api
from shared.utils import utcnow

UNDO = timedelta(seconds=60)


class TooMany(Conflict):
    message = "There are not that many."


class AlreadyExtended(Conflict):
    message = "These places have been kept longer once already. Check out to keep them."


class HoldOver(Conflict):
    message = "The time for these places is over, and they have gone back on sale. You can take them again below."


async def change_quantity(identity: Identity, line_id: int, quantity: int) -> None:
    """Raises TooMany when there are fewer, HoldOver when a ticket's time is over."""
    line = await _read(identity, line_id)
    if quantity > line.max_quantity:
        raise TooMany(_how_many(line.max_quantity))
    answer = await _ask_events(line, quantity) if line.kind == "ticket" else {"quantity": quantity}
    await _write(identity, line_id, answer)


async def keep_longer(identity: Identity, line_id: int) -> None:
    """The places of a ticket are held once more for as long as at first; once."""
    line = await _read(identity, line_id)
    if line.extended:
        raise AlreadyExtended
    if line.expired:
        raise HoldOver
    answer = await internal_api.post("events", f"/internal/events/holds/{line.hold_id}/extend")
    await _write(identity, line_id, answer, extended=True)


async def remove(session: AsyncSession, identity: Identity, line_id: int) -> None:
    """Can be undone for a minute: a ticket's places stay held for as long."""
    line = await baskets.get_line(session, identity, line_id, lock=True)
    line.removed_at = utcnow()


async def restore(session: AsyncSession, identity: Identity, line_id: int) -> None:
    line = await baskets.get_line(session, identity, line_id, lock=True)
    if line.removed_at is not None:
        await shelves.put_back(session, [line])


async def find_removed(session: AsyncSession, identity: Identity, line_id: int) -> BasketLine | None:
    """One whose removal can still be undone."""
    query = (
        select(BasketLine)
        .join(Basket, Basket.id == BasketLine.basket_id)
        .where(baskets.whose(identity), BasketLine.id == line_id, BasketLine.removed_at > utcnow() - UNDO)
    )
    line: BasketLine | None = await session.scalar(query)
    return line


async def keep_forgetting() -> None:
    while True:
        await forget_removed()
        await asyncio.sleep(UNDO.total_seconds() / 4)


async def forget_removed() -> None:
    """What was removed a minute ago is gone for good; events gets the places back."""
    query = select(BasketLine).where(BasketLine.removed_at < utcnow() - UNDO).limit(50)
    async with get_session(read_only=True) as session:
        removed = (await session.scalars(query)).all()
    for line in removed:
        await _give_back(line)
        async with transaction() as session:
            found = await session.scalar(select(BasketLine).where(BasketLine.id == line.id).with_for_update())
            if found is not None and found.removed_at is not None:
                await session.delete(found)


async def _give_back(line: BasketLine) -> None:
    if line.hold_id is None or line.expired:
        return
    try:
        await internal_api.delete("events", f"/internal/events/holds/{line.hold_id}")
    except (NotFound, Conflict):
        return


def _how_many(most: int) -> str:
    return f"There are {most}. Choose {most} or fewer." if most > 1 else "There is only one."


async def _read(identity: Identity, line_id: int) -> BasketLine:
    async with get_session(read_only=True) as session:
        return await baskets.get_line(session, identity, line_id)


async def _ask_events(line: BasketLine, quantity: int) -> dict[str, Any]:
    if line.expired:
        raise HoldOver
    path = f"/internal/events/holds/{line.hold_id}"
    answer: dict[str, Any] = await internal_api.put("events", path, json={"quantity": quantity})
    return answer


async def _write(identity: Identity, line_id: int, answer: dict[str, Any], *, extended: bool = False) -> None:
    async with transaction() as session:
        line = await baskets.get_line(session, identity, line_id, lock=True)
        line.quantity = answer.get("quantity", line.quantity)
        line.extended = line.extended or extended
        if until := answer.get("until"):
            line.hold_until = datetime.fromisoformat(until)
