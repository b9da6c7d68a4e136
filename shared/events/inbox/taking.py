"""Into the log, each event once: the note that it was taken and the event itself are one transaction.

From there on it is an event like any other: handlers with a session take effect exactly once, failures are tried
again and end as dead letters, and a replay is a replay.
"""

import base64
from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID, uuid5

import asyncpg
import structlog
from prometheus_client import Counter
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.session import transaction
from shared.events.bus import DomainFact, emit_event
from shared.events.deliveries import driver
from shared.events.inbox.arrival import Arrival, Parcel, Unreadable, read
from shared.events.wakeup import wake_after_commit

log = structlog.get_logger("inbox")

TAKEN = Counter("rose_inbox_taken", "Strangers' events that were new")
UNREADABLE = Counter("rose_inbox_unreadable", "Messages that could not be understood")

CONSUMER = "inbox"
_PLACES = UUID("0b1c5f0e-52d8-4f7c-8f0a-3f1c9b2f7c55")

# Two who take at the same time (one of them no longer should) must see each other's notes.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('rose-inbox:' || $1, 0))"
TAKE = """
    WITH arrived AS (
        SELECT DISTINCT ON (event_id) * FROM unnest(
            $2::uuid[], $3::text[], $4::smallint[], $5::text[], $6::text[], $7::jsonb[], $8::jsonb[]
        ) WITH ORDINALITY AS a (event_id, type, version, source, key, payload, meta, place)
        ORDER BY event_id, place),
    fresh AS (
        INSERT INTO event_inbox (consumer, event_id)
        SELECT $1::text, a.event_id FROM arrived a
        WHERE NOT EXISTS (SELECT FROM event_inbox i WHERE i.consumer = $1::text AND i.event_id = a.event_id)
        ON CONFLICT DO NOTHING RETURNING event_id),
    told AS (
        INSERT INTO domain_events (event_id, type, version, source, key, payload, meta)
        SELECT event_id, type, version, source, key, payload, meta FROM arrived JOIN fresh USING (event_id)
        ORDER BY place RETURNING 1)
    SELECT count(*) FROM told
"""


class MessageUnreadable(DomainFact):
    """Somebody sent what we cannot understand; kept as it came, to be read again when we can."""

    name: ClassVar[str] = "inbox.message_unreadable"

    place: str
    reason: str
    headers: dict[str, str]
    body: str  # base64


async def take(parcels: Sequence[Parcel]) -> int:
    """How many were new. What is not for us is left out; what cannot be read becomes MessageUnreadable."""
    arrivals, strange = [], []
    for parcel in parcels:
        try:
            arrivals.append(read(parcel))
        except Unreadable as error:
            strange.append((parcel, str(error)))
    async with transaction() as session:
        new = await _note(session, [arrival for arrival in arrivals if arrival])
        for parcel, reason in strange:
            await _keep(session, parcel, reason)
    TAKEN.inc(new)
    return new


async def take_carefully(parcels: Sequence[Parcel]) -> int:
    """Like take(); when the database refuses something in it, each alone, so that only the bad one is set aside."""
    try:
        return await take(parcels)
    except (DBAPIError, asyncpg.PostgresError) as error:
        if not _about_content(error):
            raise
    return sum([await _take_one(parcel) for parcel in parcels])


async def _take_one(parcel: Parcel) -> int:
    try:
        return await take([parcel])
    except (DBAPIError, asyncpg.PostgresError) as error:
        if not _about_content(error):
            raise
        async with transaction() as session:
            await _keep(session, parcel, f"the database refused it: {error}")
        return 0


def _about_content(error: Exception) -> bool:
    """Class 22 of SQLSTATE is about values: too long, or with a character that cannot be stored."""
    code = getattr(error, "sqlstate", None) or getattr(getattr(error, "orig", None), "sqlstate", None)
    return str(code).startswith("22")


async def _note(session: AsyncSession, arrivals: list[Arrival]) -> int:
    if not arrivals:
        return 0
    connection = await driver(session)
    columns = [
        [getattr(arrival, name) for arrival in arrivals]
        for name in ("event_id", "kind", "version", "source", "key", "payload", "meta")
    ]
    await connection.execute(ONE_AT_A_TIME, CONSUMER)
    new: int = await connection.fetchval(TAKE, CONSUMER, *columns)
    wake_after_commit(session, "events")
    return new


async def _keep(session: AsyncSession, parcel: Parcel, reason: str) -> None:
    """Once, however often it comes."""
    connection = await driver(session)
    await connection.execute(ONE_AT_A_TIME, CONSUMER)
    event_id = uuid5(_PLACES, parcel.place)
    known = "SELECT EXISTS (SELECT FROM event_inbox WHERE consumer = $1 AND event_id = $2)"
    if await connection.fetchval(known, CONSUMER, event_id):
        return
    UNREADABLE.inc()
    log.warning("unreadable message", place=parcel.place, reason=reason)
    await connection.execute("INSERT INTO event_inbox (consumer, event_id) VALUES ($1, $2)", CONSUMER, event_id)
    body = base64.b64encode(parcel.body).decode()
    headers = {name: value.replace("\0", "") for name, value in parcel.headers.items()}
    emit_event(session, MessageUnreadable(place=parcel.place, reason=reason, headers=headers, body=body))


async def read_again(session: AsyncSession, event: MessageUnreadable) -> None:
    """A replay after the fact, or the sender's mistake, was put right. Raises Unreadable while it is not."""
    arrival = read(Parcel(event.place, event.headers, base64.b64decode(event.body)))
    if arrival is None:
        raise Unreadable(event.reason)
    await _note(session, [arrival])
