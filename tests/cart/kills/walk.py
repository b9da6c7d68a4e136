"""A shop for each death: bought in until the process dies, then by another process, then judged."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from rose.supervisor.postgres import Postgres
from shared.utils import utcnow
from tests.cart.kills.buyer import TOTAL
from tests.cart.kills.verdict import judge
from tests.fakes.mail import MailFake
from tests.fakes.sumup import API_KEY, MERCHANT, SumUpProcess
from tests.house import settings_for

SHOP, READY = "kills", "kills_ready"
CONNECTED = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1"


@dataclass
class World:
    postgres: Postgres
    template: str
    payer: SumUpProcess
    mail: MailFake
    home: Path


class Walk:
    """`die_at(3, 7)`: the first process dies at its 3rd message, the next at its 7th, a third one finishes."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.mails_twice = 0
        account = {"api_key": API_KEY, "merchant_code": MERCHANT, "base_url": world.payer.url}
        url, home = world.postgres.url(SHOP), world.home
        settings = settings_for(url, home=home, sumup=account, smtp_url=world.mail.url)
        self.log = (home / "kills.log").open("a")
        self.mother = subprocess.Popen(
            [sys.executable, "-m", "tests.cart.kills.mother", settings.model_dump_json()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )

    async def start(self) -> None:
        await self._make(SHOP, self.world.template)
        assert self._fork(open=True)["code"] == 0, self.said()
        await self._quiet()
        await self._make(READY, SHOP)

    def stop(self) -> None:
        self.mother.communicate(timeout=20)
        self.log.close()

    def said(self) -> str:
        return (self.world.home / "kills.log").read_text()[-4000:]

    async def die_at(self, *deaths: int) -> tuple[list[str], dict[str, Any]]:
        """What the last process passed by, and what is wrong now."""
        await self._make(SHOP, READY)
        self.world.mail.messages.clear()
        pressed = self.world.home / "pressed"
        pressed.unlink(missing_ok=True)
        began = utcnow()
        for turn, deadly in enumerate([*deaths, None]):
            # After a death, now the settler is there first, now the buyer.
            settler_first = turn > 0 and (sum(deaths) // 2 + turn) % 2 == 0
            lived = self._fork(deadly=deadly, pressed=str(pressed), settler_first=settler_first)
            await self._quiet()
            if lived["code"] == 0:
                break
            if lived["code"] != -9:
                return [], {"ended with": lived["code"], "said": self.said()}
        wrong = await self._judge()
        return lived["passed"], wrong | self._money(began.isoformat()) | self._mails()

    async def _judge(self) -> dict[str, Any]:
        connection = await asyncpg.connect(self.world.postgres.url(SHOP, driver="postgresql"))
        try:
            return await judge(connection)
        finally:
            await connection.close()

    def _money(self, since: str) -> dict[str, Any]:
        path = f"/v2.1/merchants/{MERCHANT}/transactions/history"
        found = self.world.payer.call("GET", path, params={"changes_since": since}).json()["items"]
        paid = [round(entry["amount"] * 100) for entry in found if entry["status"] == "SUCCESSFUL"]
        return {} if paid == [TOTAL] else {"money at SumUp": paid}

    def _mails(self) -> dict[str, Any]:
        """A mail whose sender died before it could note that it was sent comes again, under the same Message-ID."""
        ids = [str(message["Message-ID"]) for message in self.world.mail.messages]
        self.mails_twice += len(ids) - len(set(ids))
        kinds = sorted(name.split("-")[0] for name in set(ids))
        return {} if kinds == ["<receipt", "<tickets"] else {"mails": kinds}

    async def _quiet(self) -> None:
        """PostgreSQL has ended what the dead process was doing."""
        admin = await self._admin()
        while await admin.fetchval(CONNECTED, SHOP):
            pass
        await admin.close()

    async def _make(self, name: str, template: str) -> None:
        admin = await self._admin()
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        await admin.close()

    async def _admin(self) -> "asyncpg.Connection[asyncpg.Record]":
        return await asyncpg.connect(self.world.postgres.url("postgres", driver="postgresql"))

    def _fork(self, **order: Any) -> dict[str, Any]:
        assert self.mother.stdin
        assert self.mother.stdout
        self.mother.stdin.write(json.dumps(order) + "\n")
        self.mother.stdin.flush()
        return dict(json.loads(self.mother.stdout.readline()))


async def faults_of(walk: Walk, deaths: Sequence[Sequence[int]]) -> list[tuple[Sequence[int], dict[str, Any]]]:
    found = [(death, (await walk.die_at(*death))[1]) for death in deaths]
    return [(death, wrong) for death, wrong in found if wrong]
