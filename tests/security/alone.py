"""A house with an event loop of its own, for what hypothesis draws while nothing is awaited."""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import asyncpg

from rose.supervisor.postgres import Postgres
from tests.conftest import TEMPLATE
from tests.house import House, settings_for

T = TypeVar("T")


class Alone:
    def __init__(self, runner: asyncio.Runner, house: House) -> None:
        self.runner, self.house = runner, house
        self.browser = house.client()

    def run(self, work: Awaitable[T]) -> T:
        return self.runner.run(_wait(work))


@contextmanager
def house_alone(postgres: Postgres, home: Path) -> Iterator[Alone]:
    with asyncio.Runner() as runner:
        admin = runner.run(asyncpg.connect(postgres.url("postgres", driver="postgresql")))
        name = f"alone_{home.name.replace('-', '_')}"
        runner.run(admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY"))
        house = House(settings_for(postgres.url(name), home=home))
        yield Alone(runner, house)
        runner.run(house.aclose())
        runner.run(admin.execute(f"DROP DATABASE {name} WITH (FORCE)"))
        runner.run(admin.close())


async def _wait(work: Awaitable[T]) -> T:
    return await work
