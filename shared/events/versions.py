"""Facts are stored as they were; a reader brings older versions up to today's before it parses them."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from asyncpg import Record

if TYPE_CHECKING:
    from shared.events.bus import DomainFact

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

_upcasters: dict[tuple[str, int], Upcaster] = {}


def register_upcaster(name: str, from_version: int, upcast: Upcaster) -> None:
    """`upcast` turns the payload of `from_version` into that of the next version."""
    _upcasters[name, from_version] = upcast


def parse(fact: "type[DomainFact]", event: Record) -> "DomainFact":
    """Raises pydantic's ValidationError when the payload does not fit the fact."""
    if event["version"] >= fact.version:
        # model_validate_json() without its checks of options: for every event, this is a tenth of the whole.
        parsed: DomainFact = fact.__pydantic_validator__.validate_json(event["payload"])
        return parsed
    payload = json.loads(event["payload"])
    for version in range(event["version"], fact.version):
        if upcast := _upcasters.get((event["type"], version)):
            payload = upcast(payload)
    return fact.model_validate(payload)
