"""What a release leaves behind that has fewer handlers than the one before, or has them in the other lane.

A cursor that nobody moves would hold the log for ever, and a delivery that no lane looks at would wait for ever.
"""

from collections.abc import Sequence

from shared.events.connection import Connection
from shared.events.lane import Lane

# A handler is known by its name; whether it takes a session now, its deliveries need not know.
MOVE = """
    UPDATE event_deliveries d SET lane = h.lane
    FROM unnest($2::text[], $3::text[], $4::text[]) AS h (type, name, lane)
    WHERE d.consumer = $1 AND d.handler = h.name AND d.event ->> 'type' = h.type AND d.lane <> h.lane
"""
GIVE_UP = """
    UPDATE event_deliveries SET state = 'dead', error = 'no handler called ' || handler || ' in this release'
    WHERE consumer = $1 AND lane <> ALL($2::text[]) AND state <> 'dead'
"""
FORGET = "DELETE FROM event_cursors WHERE consumer = $1 AND lane <> ALL($2::text[])"


async def settle(connection: Connection, consumer: str, lanes: Sequence[Lane]) -> bool:
    """By whoever holds the lease of `consumer`, and reads in these lanes. True when a delivery moved to one of them."""
    used = [lane.name for lane in lanes]
    handlers = [(kind, one.name, one.lane) for lane in lanes for kind, found in lane.routes().items() for one in found]
    types, names, theirs = zip(*handlers, strict=True) if handlers else ((), (), ())
    moved = await connection.execute(MOVE, consumer, types, names, theirs)
    await connection.execute(GIVE_UP, consumer, used)
    await connection.execute(FORGET, consumer, used)
    return moved != "UPDATE 0"
