"""Facts whose moment is still to come. Moving one into the log is one transaction under its row's lock, so each is
told once however many processes look.
"""

import json
from datetime import UTC, datetime

from shared.events import cron
from shared.events.bus import DomainFact
from shared.events.connection import Connection
from shared.events.pending import new_id

NEXT = "SELECT extract(epoch FROM min(run_at) - now())::float8 FROM event_schedule"
DUE = """
    SELECT id, run_at, cron FROM event_schedule WHERE run_at <= now()
    ORDER BY run_at LIMIT 100 FOR UPDATE SKIP LOCKED
"""
TELL = """
    INSERT INTO domain_events (event_id, type, version, source, key, payload, meta)
    SELECT $2, event ->> 'type', (event ->> 'version')::smallint, event ->> 'source', event ->> 'key',
           event -> 'payload', nullif(event -> 'meta', 'null')
    FROM event_schedule WHERE id = $1
"""
STORE = """
    INSERT INTO event_schedule (name, cron, run_at, event) VALUES ($1, $2, $3, $4)
    ON CONFLICT (name) DO UPDATE SET cron = excluded.cron, event = excluded.event, run_at = excluded.run_at
    WHERE event_schedule.cron <> excluded.cron OR event_schedule.event <> excluded.event
"""

_regular: dict[str, tuple[str, DomainFact]] = {}


def register_schedule(line: str, fact: DomainFact) -> None:
    """Tell this fact whenever the cron line (UTC) fits; what was missed while nothing ran is told once."""
    cron.parse(line)
    _regular[fact.name] = (line, fact)


async def store(connection: Connection) -> None:
    """Called by every process at its start: the first one writes the rows, a new release changes them."""
    for name, (line, fact) in _regular.items():
        event = {
            "type": fact.name,
            "version": fact.version,
            "source": fact.publisher(),
            "key": fact.key(),
            "payload": fact.model_dump(mode="json"),
            "meta": None,
        }
        run_at = cron.next_after(line, datetime.now(UTC))
        await connection.execute(STORE, name, line, run_at, json.dumps(event))


async def move_due(connection: Connection) -> bool:
    """Within the caller's transaction."""
    due = await connection.fetch(DUE)
    for row in due:
        await connection.execute(TELL, row["id"], new_id())
        if row["cron"]:
            run_at = cron.next_after(row["cron"], datetime.now(UTC))
            await connection.execute("UPDATE event_schedule SET run_at = $2 WHERE id = $1", row["id"], run_at)
        else:
            await connection.execute("DELETE FROM event_schedule WHERE id = $1", row["id"])
    return bool(due)
