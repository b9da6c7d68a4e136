"""Where a fact comes from: the request or the event that caused it, and the trace both belong to (W3C)."""

import json
import re
import secrets
from contextvars import ContextVar

from asyncpg import Record

from shared.log_config.setup import more_context, request_id

_VALID = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)
_handled: ContextVar[Record | None] = ContextVar("handled_event", default=None)


def meta() -> str | None:
    """What is stored beside a fact, as JSON; None when nobody knows anything."""
    cause = _handled.get()
    if cause is not None:
        return json.dumps({"causation": str(cause["event_id"]), "traceparent": _span(cause)})
    request, parent = request_id.get(), traceparent.get()
    if not request and not parent:
        return None
    known = {"request": request, "traceparent": parent}
    return json.dumps({name: value for name, value in known.items() if value})


# Called with an event: from here on, this task handles it, and what it emits was caused by it.
handling = _handled.set


def done() -> None:
    _handled.set(None)


def is_valid(given: object) -> bool:
    """Strangers send what they like: only this may be kept, or gone on with."""
    return isinstance(given, str) and _VALID.fullmatch(given) is not None


def stored(meta: str | None) -> str | None:
    """The `traceparent` beside a fact, whatever was written there."""
    found = json.loads(meta) if meta else None
    given = found.get("traceparent") if isinstance(found, dict) else None
    return given if is_valid(given) else None


def begin(given: str | None = None) -> None:
    """A request is a span of its own, in the trace of whoever asked (a valid `traceparent`), or in a new one."""
    trace = given.split("-")[1] if given and is_valid(given) else secrets.token_hex(16)
    traceparent.set(f"00-{trace}-{secrets.token_hex(8)}-01")


def current() -> str | None:
    """The span this task works in: that of the event it handles, else of its request."""
    cause = _handled.get()
    return traceparent.get() if cause is None else _span(cause)


def _span(event: Record) -> str:
    """Handling an event is a span in the trace of its cause, always the same one; else a new trace begins with it."""
    known = stored(event["meta"])
    number = event["event_id"].hex
    return f"00-{known.split('-')[1] if known else number}-{number[16:]}-01"


def _in_the_log() -> dict[str, str]:
    found = {"traceparent": span} if (span := current()) else {}
    if cause := _handled.get():
        found |= {"handles": cause["type"], "event_id": str(cause["event_id"])}
    return found


more_context.append(_in_the_log)
