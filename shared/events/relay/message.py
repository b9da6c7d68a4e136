"""A public event on its way out, as CloudEvents 1.0 in binary mode: headers say what it is, the body is the payload."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote
from uuid import UUID

from asyncpg import Record

from shared.events import trace
from shared.events.bus import DomainFact
from shared.events.versions import parse

# What CloudEvents leaves as it is in a header's value; spaces, quotes, % and all that is not ASCII are encoded.
_PLAIN = "!#$&'()*+,/:;<=>?@[\\]^`{|}"
_HARMLESS = re.compile(r"[\w:/.-]*", re.ASCII).fullmatch
# What would cut a subject of NATS in pieces, or match many of them.
_UNSPEAKABLE = str.maketrans(dict.fromkeys(".*> \t\r\n", "_"))


class Message(NamedTuple):
    event_id: str
    kind: str
    source: str
    version: int
    key: str | None
    time: str
    traceparent: str | None
    body: bytes

    @classmethod
    def of(cls, fact: type[DomainFact], event: Record) -> "Message":
        """In today's version, without private fields. Raises ValidationError when the payload does not fit."""
        body = parse(fact, event).model_dump_json(exclude=set(fact.private) or None)
        return cls(
            str(event["event_id"]),
            fact.name,
            f"/{fact.publisher()}",
            fact.version,
            event["key"],
            _moment(event["event_id"]),
            trace.stored(event["meta"]),
            body.encode(),
        )

    @property
    def subject(self) -> str:
        """`ev.cart.order_paid.order:5`, a dash where there is no key: `ev.cart.>` is everything of one publisher."""
        return f"ev.{self.kind}.{(self.key or '-').translate(_UNSPEAKABLE)}"

    def headers(self) -> dict[str, str]:
        found = {
            "ce-specversion": "1.0",
            "ce-id": self.event_id,
            "ce-source": self.source,
            "ce-type": self.kind,
            "ce-time": self.time,
            "ce-dataversion": str(self.version),
            "content-type": "application/json",
        }
        if self.key is not None:
            found["ce-subject"] = _in_a_header(self.key)
        if self.traceparent:
            found["ce-traceparent"] = _in_a_header(self.traceparent)
        return found


def _in_a_header(text: str) -> str:
    return text if _HARMLESS(text) else quote(text, safe=_PLAIN)


def _moment(event_id: UUID) -> str:
    """When it was emitted: a UUIDv7 begins with the milliseconds."""
    seconds, milliseconds = divmod(event_id.int >> 80, 1000)
    return f"{_second(seconds)}.{milliseconds:03}Z"


@lru_cache(maxsize=16)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
