"""Valkey that hangs or is gone: every page of every app is right within a second, and members stay signed in."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from rose.supervisor.valkey import Valkey
from shared.browser.app.limits import ValkeyCounter
from shared.db.valkey import PATIENCE, Away, breaker
from tests.security.town import Route, Town

pytestmark = pytest.mark.asyncio(loop_scope="session")

TOGETHER = 6


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


async def look(town: Town, pages: list[Route], valkey: Valkey) -> dict[str, tuple[int, float]]:
    """Status and seconds of each, every few of them as if nobody had found out yet that Valkey is away."""
    found = {}

    async def one(route: Route) -> None:
        started = time.perf_counter()
        answer = await town.ask(town.bob, route)
        found[route.name] = answer.status_code, time.perf_counter() - started

    for first in range(0, len(pages), TOGETHER):
        breaker(valkey.url).resume_at = 0.0
        await asyncio.gather(*(one(route) for route in pages[first : first + TOGETHER]))
    return found


async def test_every_page_is_right_within_a_second(town: Town, pages: list[Route], town_valkey: Valkey) -> None:
    right = await look(town, pages, town_valkey)
    assert len(right) > 100
    for trouble in (hanging, gone):
        with trouble(town_valkey):
            found = await look(town, pages, town_valkey)

        assert {name: status for name, (status, _) in found.items() if status != right[name][0]} == {}
        assert {name: seconds for name, (_, seconds) in found.items() if seconds > 1} == {}


async def test_who_waits_in_vain_spares_the_others_the_waiting(town: Town, town_valkey: Valkey) -> None:
    counter, search = town.apps["blog"].extensions["limits"], town.url("blog", "/search/?q=rye")
    with hanging(town_valkey):
        assert (await town.client().get(search)).status_code == 200
        started = time.perf_counter()
        answers = [await town.client().get(search) for _ in range(8)]
        took = time.perf_counter() - started

    assert [answer.status_code for answer in answers] == [200] * 8
    assert took < 8 * PATIENCE
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
