"""Facts whose moment is still to come. Moving one into the log is one transaction under its row's lock, so each is
told once however many processes look.

Which moment it is, the database says: the clocks of the processes may differ.
"""

import json
from typing import NamedTuple

from shared.events import cron
from shared.events.bus import DomainFact, NameTaken
from shared.events.connection import Connection
from shared.events.pending import new_id
from shared.utils import utcnow

NEXT = "SELECT extract(epoch FROM min(run_at) - now())::float8 FROM event_schedule"
NOW = "SELECT now()"
DUE = """
    SELECT id, cron, now() AS now FROM event_schedule WHERE run_at <= now()
    ORDER BY run_at LIMIT 100 FOR UPDATE SKIP LOCKED
"""
# What was emitted for later keeps the id it was given then; a regular fact is a new one each time.
TELL = """
    INSERT INTO domain_events (event_id, type, version, source, key, payload, meta)
    SELECT coalesce((event ->> 'event_id')::uuid, $2), event ->> 'type', (event ->> 'version')::smallint,
           event ->> 'source', event ->> 'key', event -> 'payload', nullif(event -> 'meta', 'null')
    FROM event_schedule WHERE id = $1
"""
STORE = """
    INSERT INTO event_schedule (name, cron, run_at, event) VALUES ($1, $2, $3, $4)
    ON CONFLICT (name) DO UPDATE SET cron = excluded.cron, event = excluded.event, run_at = excluded.run_at
    WHERE event_schedule.cron <> excluded.cron OR event_schedule.event <> excluded.event
"""
REMOVE = "DELETE FROM event_schedule WHERE split_part(name, '.', 1) = $1 AND name <> ALL($2::text[])"


class Regular(NamedTuple):
    line: str
    fact: DomainFact


_regular: dict[str, Regular] = {}


def register_schedule(line: str, fact: DomainFact, *, name: str | None = None) -> None:
    """Tell this fact whenever the cron line (UTC) fits; what was missed while nothing ran is told once.

    The schedule is called like its fact, unless another name is given. The first word says whose it is: that app's
    process ends it when it is registered no more. Again with the same line and fact is no harm.

    Raises CronWrong, or NameTaken when another line or fact goes by this name.
    """
    cron.next_after(line, utcnow())
    regular = Regular(line, fact)
    if _regular.setdefault(name or fact.name, regular) != regular:
        raise NameTaken(name or fact.name)


async def store(connection: Connection, app: str) -> None:
    """Called by every process at its start: the first one writes the rows, a new release of `app` changes them."""
    await connection.execute(REMOVE, app, list(_regular))
    if not _regular:
        return
    now = await connection.fetchval(NOW)
    for name, (line, fact) in _regular.items():
        event = {
            "type": fact.name,
            "version": fact.version,
            "source": fact.publisher(),
            "key": fact.key(),
            "payload": fact.model_dump(mode="json"),
            "meta": None,
        }
        await connection.execute(STORE, name, line, cron.next_after(line, now), json.dumps(event))


async def move_due(connection: Connection) -> bool:
    """Within the caller's transaction."""
    due = await connection.fetch(DUE)
    for row in due:
        await connection.execute(TELL, row["id"], new_id())
        if row["cron"]:
            run_at = cron.next_after(row["cron"], row["now"])
            await connection.execute("UPDATE event_schedule SET run_at = $2 WHERE id = $1", row["id"], run_at)
        else:
            await connection.execute("DELETE FROM event_schedule WHERE id = $1", row["id"])
    return bool(due)
