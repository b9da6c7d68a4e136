"""The counters of places. One conditional statement moves them, in id order; nothing else may."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.browser.app.redis_cacher import invalidate
from shared.errors import Conflict

# From here on a page says how many are left, so it has to be drawn again when that number changes.
FEW = 10

MOVE = text("""
    WITH change AS (
        SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:held AS int[]), CAST(:sold AS int[])) AS c (id, held, sold)
    ), locked AS (
        SELECT t.id FROM ticket_types t JOIN change USING (id) ORDER BY t.id FOR UPDATE OF t
    )
    UPDATE ticket_types t SET held = t.held + c.held, sold = t.sold + c.sold
    FROM change c JOIN locked USING (id)
    WHERE t.id = c.id AND t.held + t.sold + c.held + c.sold <= t.capacity
    RETURNING t.id, t.entry_id, t.capacity - t.held - t.sold AS now_left, c.held + c.sold AS taken
""")


class SoldOut(Conflict):
    message = "There are no places left."

    @classmethod
    def with_left(cls, left: int, what: str) -> "SoldOut":
        """What a visitor wants to know: how many there still are."""
        if left <= 0:
            return cls(f"{what}: there are no places left just now. Places that others do not pay for come back.")
        return cls(f"{what}: only {left} {'place' if left == 1 else 'places'} left.")


@dataclass(frozen=True)
class Move:
    held: int = 0
    sold: int = 0


async def move(session: AsyncSession, moves: Mapping[int, Move]) -> bool:
    """By ticket type id. False when a type had too few places: that type is as it was, the others are moved."""
    if not moves:
        return True
    changes = sorted(moves.items())
    moved = await session.execute(
        MOVE,
        {
            "ids": [type_id for type_id, _ in changes],
            "held": [change.held for _, change in changes],
            "sold": [change.sold for _, change in changes],
        },
    )
    rows = moved.all()
    if shown := {row.entry_id for row in rows if min(row.now_left, row.now_left + row.taken) <= FEW}:
        invalidate(session, *(f"entry:{entry_id}" for entry_id in sorted(shown)))
    if any(0 in {row.now_left, row.now_left + row.taken} for row in rows):
        # Lists say no more than that there are none.
        invalidate(session, "events")
    return len(rows) == len(changes)
