"""A stranger may send anything as a trace: it stops nobody, and does not go further."""

import json
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.session import get_session, transaction
from shared.events import bus, trace
from shared.events.bus import emit_event, register_handler
from shared.events.inbox.arrival import Parcel, read
from shared.events.processor import EventProcessor
from shared.events.testing import emitted
from shared.models import DomainEvent
from tests.shared.field import BedDug, SeedSown, states
from tests.shared.field import processor as processor  # noqa: PLC0414  the fixture
from tests.shared.inbox.facts import TractorHired as TractorHired  # noqa: PLC0414  so that the inbox knows it

GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
STRANGE = ["x", "00", "00-aa-bb-01", "-", GIVEN.upper(), GIVEN + "\n", f"00-{'0' * 32}-00f067aa0ba902b7-01"]


def arrived(traceparent: object) -> str | None:
    event = {"type": "acme.tractor_hired", "source": "//acme.example/yard", "id": "1", "data": {}}
    body = json.dumps(event | {"traceparent": traceparent}).encode()
    found = read(Parcel("IN:1", {"content-type": "application/cloudevents+json"}, body))
    assert found is not None
    return found.meta


@pytest.mark.parametrize("strange", [*STRANGE, 7, ["00"], {"a": 1}])
def test_a_trace_that_is_none_does_not_come_in(strange: object) -> None:
    assert arrived(strange) is None


def test_one_that_is_comes_in() -> None:
    assert arrived(GIVEN) == json.dumps({"traceparent": GIVEN})


@pytest.mark.parametrize("meta", [*({"traceparent": strange} for strange in STRANGE), {"traceparent": 7}, [], "x", 7])
async def test_whatever_is_stored_a_handler_may_emit_and_speak(
    processor: EventProcessor, monkeypatch: pytest.MonkeyPatch, meta: object
) -> None:
    async def harvest(session: AsyncSession, event: BedDug) -> None:
        spans.append(trace.current())
        emit_event(session, SeedSown(seeds=event.turn))

    spans: list[str | None] = []
    monkeypatch.setattr(bus, "_registrations", {})
    register_handler(BedDug, harvest, consumer="field")
    payload = {"bed": "a", "turn": 1}
    async with transaction() as session:
        session.add(DomainEvent(event_id=uuid4(), type=BedDug.name, source="tests", payload=payload, meta=meta))

    await processor.drain()

    async with get_session(read_only=True) as session:
        assert await emitted(session, SeedSown) == [SeedSown(seeds=1)]
        last = await session.scalar(select(DomainEvent.meta["traceparent"].as_string()).order_by(DomainEvent.id.desc()))
    assert (await states(), last) == ([], spans[0])
    assert trace.is_valid(last)
