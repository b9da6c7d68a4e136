"""One trace from the request through its facts to their handlers, in the log lines of all of them."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy import select

from shared.db.session import get_session
from shared.events import bus
from shared.events.bus import register_handler
from shared.events.payloads.blog import MagicLinkRequested
from shared.log_config.setup import setup_logging
from shared.models import DomainEvent
from tests.house import House

GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
TRACE = GIVEN.split("-")[1]


async def say_so(event: MagicLinkRequested) -> None:
    structlog.get_logger("tests").info("told")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    before = logging.getLogger().handlers
    found = io.StringIO()
    setup_logging("blog", stream=found)
    yield found
    logging.getLogger().handlers = before


async def ask_for_a_link(house: House, traceparent: str) -> str | None:
    browser = house.client()
    await browser.post("/sign-in/", data={"email": "ann@example.com"}, headers={"traceparent": traceparent})
    async with get_session(read_only=True) as session:
        return await session.scalar(select(DomainEvent.meta["traceparent"].as_string()))


async def test_a_fact_belongs_to_the_trace_of_its_request(house: House) -> None:
    found = await ask_for_a_link(house, GIVEN)

    assert found is not None
    assert found.split("-")[1] == TRACE
    assert found != GIVEN


@pytest.mark.parametrize("strange", ["", "00-zz-1-01", GIVEN.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0" * 32)])
async def test_a_trace_that_is_none_is_not_believed(house: House, strange: str) -> None:
    found = await ask_for_a_link(house, strange)

    assert found is not None
    assert found.split("-")[1] not in {TRACE, "zz", "0" * 32}


async def test_a_handlers_log_lines_go_on_with_the_trace(
    house: House, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus, "_registrations", dict(bus._registrations))
    register_handler(MagicLinkRequested, say_so, consumer="blog")
    await ask_for_a_link(house, GIVEN)

    await house.deliver()

    told = [line for line in map(json.loads, lines.getvalue().splitlines()) if line["event"] == "told"]
    assert {line["traceparent"].split("-")[1] for line in told} == {TRACE}
    assert {line["handles"] for line in told} == {"blog.magic_link_requested"}


async def test_what_one_app_asks_another_belongs_to_the_same_trace(house: House, lines: io.StringIO) -> None:
    bob = await house.signed_in(await house.member(admin=True))

    await bob.get("/account/", headers={"traceparent": GIVEN})

    asked = [line for line in map(json.loads, lines.getvalue().splitlines()) if "/internal/" in line.get("path", "")]
    assert {line["traceparent"].split("-")[1] for line in asked} == {TRACE}
