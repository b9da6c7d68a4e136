"""The whole site: what starts beside what, and in which order it stops."""

import asyncio
import time
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any

from rose.supervisor.addresses import Addresses
from rose.supervisor.children import Child
from rose.supervisor.console import Progress, done, progress
from rose.supervisor.environment import embedded, environment
from rose.supervisor.errors import CannotRun
from rose.supervisor.freshness import is_migrated, is_populated
from rose.supervisor.health import is_healthy
from rose.supervisor.jobs import Jobs
from rose.supervisor.logs import tail
from rose.supervisor.ports import require_free
from rose.supervisor.postgres import Postgres
from rose.supervisor.programs import PURPOSES, Program, apps, stand_ins
from rose.supervisor.servers import Keeper
from rose.supervisor.valkey import Valkey

_DEATHS = 5  # before the first sign of life, this many mean that it never will
_GLANCE = 0.05


class Site:
    def __init__(self, home: Path, addresses: Addresses, environ: Mapping[str, str]) -> None:
        self.home, self.addresses = home, addresses
        self.embedded = embedded(environ)
        self.postgres = Postgres(home, addresses.port("postgres"))
        self._environ = environment(home, addresses, environ)
        self._keepers = self._embedded_servers()
        self._layers: list[list[asyncio.Task[None]]] = []

    def require_ports(self) -> None:
        """The two servers look for themselves: theirs may be taken by our own survivor."""
        for program in (*stand_ins(self.home, self.addresses, self.embedded), *apps(self.addresses)):
            require_free(program.port, PURPOSES.get(program.name, program.name))
        if "mail" in self.embedded:
            require_free(self.addresses.port("smtp"), PURPOSES["mail"])

    async def start(self) -> None:
        with progress() as shown:
            jobs = Jobs(self._environ, self.home / "logs", shown)
            ours = stand_ins(self.home, self.addresses, self.embedded)
            await _together(self._migrate(jobs), jobs.run("assets"), self._run(ours, shown))
            # Its posts are rendered by what the assets' packages bring.
            await self._populate(jobs)
            await self._run(apps(self.addresses), shown)

    async def stop(self) -> None:
        """The apps first, the databases last, so that nobody loses what they stand on."""
        for tasks in reversed(self._layers):
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for keeper in reversed(self._keepers.values()):
            await keeper.stop()

    def _embedded_servers(self) -> dict[str, Keeper]:
        valkey = Valkey(self.home, self.addresses.port("valkey"))
        keepers = {
            "postgres": Keeper("postgres", self.postgres, threaded=True),
            "valkey": Keeper("valkey", valkey, threaded=False),
        }
        return {name: keeper for name, keeper in keepers.items() if name in self.embedded}

    async def _migrate(self, jobs: Jobs) -> None:
        for keeper in self._keepers.values():
            await keeper.start()
        self._layers.append([asyncio.create_task(keeper.watch()) for keeper in self._keepers.values()])
        if not ("postgres" in self.embedded and is_migrated(self.postgres)):
            await jobs.run("migrate")

    async def _populate(self, jobs: Jobs) -> None:
        if not ("postgres" in self.embedded and is_populated(self.postgres)):
            await jobs.run("demo", "--if-empty")

    async def _run(self, programs: list[Program], shown: Progress) -> None:
        children = [Child(program, self._environ, self._log(program)) for program in programs]
        self._layers.append([asyncio.create_task(child.run()) for child in children])
        await _together(*(_answers(child, shown) for child in children))

    def _log(self, program: Program) -> Path:
        return self.home / "logs" / f"{program.name}.log"


async def _answers(child: Child, shown: Progress) -> None:
    program, started = child.program, time.monotonic()
    shown.begin(program.name)
    while not await is_healthy(program.port, program.health):
        if child.deaths >= _DEATHS:
            raise CannotRun(f"{program.name} does not start. From {child.log}:\n{tail(child.log)}")
        await asyncio.sleep(_GLANCE)
    shown.end(program.name)
    done(program.name, time.monotonic() - started)


async def _together(*coroutines: Coroutine[Any, Any, None]) -> None:
    """All at once; the first refusal ends the others, and is the one that is told."""
    try:
        async with asyncio.TaskGroup() as group:
            for coroutine in coroutines:
                group.create_task(coroutine)
    except BaseExceptionGroup as refusals:
        raise refusals.exceptions[0] from None
