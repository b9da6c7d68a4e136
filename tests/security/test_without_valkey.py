"""Valkey that hangs or is gone: every page is right and waits for it once at most; members stay signed in."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from rose.supervisor.valkey import Valkey
from shared.breaker import Away
from shared.browser.app.limits import ValkeyCounter
from shared.db.valkey import breaker
from tests.security.town import Route, Town

pytestmark = pytest.mark.asyncio(loop_scope="session")

TOGETHER = 12


@contextmanager
def hanging(valkey: Valkey) -> Iterator[None]:
    """Takes connections and words, and answers none of them."""
    assert valkey._child is not None
    os.kill(valkey._child.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(valkey._child.pid, signal.SIGCONT)


@contextmanager
def gone(valkey: Valkey) -> Iterator[None]:
    """Connections are broken off, and new ones refused."""
    valkey.stop()
    try:
        yield
    finally:
        valkey.start()


@pytest.fixture
def pages(town: Town) -> list[Route]:
    return [route for route in town.routes("GET") if not route.is_internal]


@pytest.fixture
def long_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Longer than a slow machine takes for a handful of pages: none of them is the one that tries again."""
    monkeypatch.setattr("shared.breaker.PAUSE_SECONDS", 60.0)


async def look(town: Town, pages: list[Route], valkey: Valkey) -> dict[str, int]:
    """The status of each, every few of them as if nobody had found out yet that Valkey is away."""
    found = {}

    async def one(route: Route) -> None:
        found[route.name] = (await town.ask(town.bob, route)).status_code

    for first in range(0, len(pages), TOGETHER):
        breaker(valkey.url).in_vain = 0
        await asyncio.gather(*(one(route) for route in pages[first : first + TOGETHER]))
    return found


async def test_every_page_is_right_and_none_waits_twice(
    town: Town,
    pages: list[Route],
    town_valkey: Valkey,
    long_pause: None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    right = await look(town, pages, town_valkey)
    assert len(right) > 100
    for trouble in (hanging, gone):
        caplog.clear()
        with trouble(town_valkey):
            found = await look(town, pages, town_valkey)
        breaker(town_valkey.url).in_vain = 0
        lines = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
        waits = Counter(line["request_id"] for line in lines if line.get("server") == "valkey" and "request_id" in line)

        assert {name: status for name, status in found.items() if status != right[name]} == {}
        assert waits
        assert {who: times for who, times in waits.items() if times > 1} == {}


async def test_who_waits_in_vain_spares_the_others_the_waiting(
    town: Town, town_valkey: Valkey, long_pause: None, caplog: pytest.LogCaptureFixture
) -> None:
    counter, search = town.apps["blog"].extensions["limits"], town.url("blog", "/search/?q=rye")
    with hanging(town_valkey):
        answers = [await town.client().get(search) for _ in range(8)]

    assert [answer.status_code for answer in answers] == [200] * 8
    lines = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    assert len([line for line in lines if line.get("server") == "valkey"]) == 1
    breaker(town_valkey.url).in_vain = 0
    async with asyncio.timeout(10):
        while not await is_back(counter):
            pass


async def is_back(counter: ValkeyCounter) -> bool:
    try:
        return (await counter.count("back", 60))[0] == 1
    except Away:
        await asyncio.sleep(0)
        return False


async def test_things_go_into_the_basket(town: Town, town_valkey: Valkey) -> None:
    visitor = town.client()
    with hanging(town_valkey):
        put = await visitor.post(town.url("market", "/products/rye/basket/"), data={"quantity": "1"})
        basket = await visitor.get(town.url("cart", "/"))

    assert (put.status_code, basket.status_code) == (200, 200)
    assert "/products/rye/" in basket.text
