"""What a stranger sent, read: CloudEvents 1.0 in binary mode (headers), or structured (all of it in the body)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote
from uuid import UUID, uuid5

from shared.events.bus import outside_facts
from shared.events.trace import is_valid

# So that an id that is no UUID becomes the same one each time it comes.
_STRANGERS = UUID("6f1d2b7e-7a43-4b0e-9a43-0c6c1b6c5a11")
_STRUCTURED = "application/cloudevents+json"
_LONGEST_KEY = 120


class Unreadable(Exception):
    """It is for us, but cannot be understood."""


@dataclass(frozen=True)
class Parcel:
    """As it came. `place` names it for good: the stream and its number there."""

    place: str
    headers: Mapping[str, str] = field(hash=False)
    body: bytes


@dataclass(frozen=True)
class Arrival:
    event_id: UUID
    kind: str
    version: int
    source: str
    key: str | None
    payload: str
    meta: str | None


def read(parcel: Parcel) -> Arrival | None:
    """None when it is nothing that anybody here waits for. Raises Unreadable."""
    event = _event(parcel)
    fact = outside_facts().get(str(event.get("type")))
    if fact is None or event.get("source") != fact.source:
        return None
    if not event.get("id"):
        raise Unreadable("it has no id")
    trace = event.get("traceparent")
    key = event.get("subject")
    return Arrival(
        _as_uuid(str(event["id"]), str(fact.source)),
        fact.name,
        _version(event.get("dataversion", 1)),
        fact.publisher(),
        str(key)[:_LONGEST_KEY] if key else None,
        _payload(event),
        json.dumps({"traceparent": trace}) if is_valid(trace) else None,
    )


def _event(parcel: Parcel) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in parcel.headers.items()}
    if headers.get("content-type", "").startswith(_STRUCTURED):
        found = _json(parcel.body)
        if not isinstance(found, dict):
            raise Unreadable("it is no JSON object")
        return found
    event: dict[str, Any] = {name[3:]: unquote(value) for name, value in headers.items() if name.startswith("ce-")}
    return event | {"data": parcel.body}


def _payload(event: dict[str, Any]) -> str:
    data = event.get("data")
    return json.dumps(_json(data) if isinstance(data, bytes) else data)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError as error:
        raise Unreadable(f"its body is no JSON: {error}") from error


def _version(given: Any) -> int:
    try:
        return min(max(int(given), 1), 32767)
    except (TypeError, ValueError) as error:
        raise Unreadable(f"its version is no number: {given}") from error


def _as_uuid(given: str, source: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        return uuid5(_STRANGERS, f"{source} {given}")
