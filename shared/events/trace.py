"""Where a fact comes from: the request or the event that caused it, and the trace both belong to (W3C)."""

import json
import secrets
from contextvars import ContextVar

from asyncpg import Record

from shared.log_config.setup import request_id

traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)
_handled: ContextVar[Record | None] = ContextVar("handled_event", default=None)


def meta() -> str | None:
    """What is stored beside a fact, as JSON; None when nobody knows anything."""
    cause = _handled.get()
    if cause is not None:
        return json.dumps({"causation": str(cause["event_id"]), "traceparent": _child(cause["meta"])})
    found = {"request": request_id.get(), "traceparent": traceparent.get()}
    known = {name: value for name, value in found.items() if value}
    return json.dumps(known) if known else None


# Called with an event: from here on, this task handles it, and what it emits was caused by it.
handling = _handled.set


def done() -> None:
    _handled.set(None)


def _child(parent: str | None) -> str:
    """The same trace, a new span; a new trace when the cause had none."""
    known = json.loads(parent).get("traceparent") if parent else None
    trace = known.split("-")[1] if known else secrets.token_hex(16)
    return f"00-{trace}-{secrets.token_hex(8)}-01"
