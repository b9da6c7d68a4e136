"""Readers and a writer at the same page of two processes' caches, on real PostgreSQL and Valkey, round after round."""

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import Any

from quart import Quart, g
from sqlalchemy import select

from rose.supervisor.valkey import Valkey
from shared.browser.app.redis_cacher import PageCache, cached, invalidate
from shared.browser.app.redis_cacher.clock import to_moment
from shared.config import Settings
from shared.db.session import transaction
from shared.infrastructure.factory import create_base_app
from shared.models import KeyValue

READERS = 8
# Seconds over which the readers of a round and its writer are spread; a drawing takes as long at most.
SPREAD = 0.01
PATIENCE = 10.0


@dataclass
class Outcome:
    """`stale` counts pages that stayed wrong, `late` answers that began after the change and did not show it."""

    rounds: int = 0
    stale: int = 0
    late: int = 0
    drawn: int = 0
    # Seconds from the writer's answer until the other process knew.
    visible: list[float] = field(default_factory=list)

    @property
    def p99(self) -> float:
        return sorted(self.visible)[int(len(self.visible) * 0.99)] if self.visible else 0.0


class Race:
    def __init__(self, settings: Settings, valkey: Valkey) -> None:
        self.valkey, self.outcome = valkey, Outcome()
        self.near, self.far = (self._worker(settings) for _ in range(2))

    async def run(self, rounds: int, *, trouble: dict[int, str]) -> Outcome:
        """`trouble` names what happens to Valkey during which round: flush, restart or cut."""
        async with transaction() as session:
            session.add(KeyValue(key="race", value=0))
        for number in range(1, rounds + 1):
            await self._round(number, trouble.get(number))
        return self.outcome

    async def aclose(self) -> None:
        for app in (self.near, self.far):
            await cache_of(app).aclose()
            await app.extensions["event_processor"].aclose()

    async def _round(self, number: int, trouble: str | None) -> None:
        readers = [asyncio.create_task(self._reader()) for _ in range(READERS)]
        troubled = asyncio.create_task(self._trouble(trouble))
        await asyncio.sleep(random.uniform(0, SPREAD))
        _, headers, _ = await ask(self.near, "POST", f"/race/{number}/")
        cookie = headers.get(b"set-cookie", b"").split(b";")[0]
        settled = asyncio.create_task(self._settle(cookie))
        own = [await self._read(app, cookie) for app in (self.near, self.far)]
        self.outcome.late += sum(found != number for found in own)
        await asyncio.gather(*readers, troubled, settled)
        self.outcome.stale += sum([await self._read(app) != number for app in (self.near, self.far)])
        self.outcome.rounds += 1
        # Nothing is kept when the next round begins: its readers draw while its writer commits.
        await cache_of(self.near).bump(["race"])

    async def _settle(self, cookie: bytes) -> None:
        """Until the other process has heard of the change, or has nobody to hear it from."""
        started, clock = time.monotonic(), cache_of(self.far).clock
        moment = to_moment(cookie.partition(b"=")[2].decode() or "0")
        while clock.told < moment and clock.trusted and time.monotonic() - started < PATIENCE:  # noqa: ASYNC110  no event tells it
            await asyncio.sleep(0.0002)
        if clock.trusted:
            self.outcome.visible.append(time.monotonic() - started)

    async def _reader(self) -> None:
        await asyncio.sleep(random.uniform(0, SPREAD))
        await self._read(random.choice((self.near, self.far)))

    async def _read(self, app: Quart, cookie: bytes = b"") -> int:
        _, _, body = await ask(app, "GET", "/race/", cookie)
        return int(body)

    async def _trouble(self, kind: str | None) -> None:
        redis = cache_of(self.near).link.text
        if kind == "flush":
            await cache_of(self.near).link.ask(redis.flushall)
        elif kind == "cut":
            await cache_of(self.near).link.ask(lambda: redis.client_kill_filter(_type="normal", skipme=True))
        elif kind == "restart":
            self.valkey.stop()
            await asyncio.sleep(random.uniform(0, SPREAD))
            self.valkey.start()

    def _worker(self, settings: Settings) -> Quart:
        app = create_base_app("blog", settings)

        @app.get("/race/")
        @cached(tags=["race"])
        async def show() -> str:
            self.outcome.drawn += 1
            found = await g.session.scalar(select(KeyValue.value).where(KeyValue.key == "race"))
            await asyncio.sleep(random.uniform(0, SPREAD))
            return str(found)

        @app.post("/race/<int:number>/")
        async def change(number: int) -> str:
            await g.session.merge(KeyValue(key="race", value=number))
            invalidate(g.session, "race")
            return "ok"

        return app


def cache_of(app: Quart) -> PageCache:
    found: PageCache = app.extensions["page_cache"]
    return found


async def ask(app: Quart, method: str, path: str, cookie: bytes = b"") -> tuple[int, dict[bytes, bytes], bytes]:
    """One request, without a client's work around it."""
    told: list[Any] = []
    done = asyncio.Event()
    sent = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Any:
        if (message := next(sent, None)) is not None:
            return message
        await done.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        told.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            done.set()

    headers = [(b"host", b"localhost:8000"), (b"sec-fetch-site", b"same-origin"), (b"cookie", cookie)]
    about = {"path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers}
    where = {"http_version": "1.1", "scheme": "http", "client": ("127.0.0.1", 1), "server": ("localhost", 8000)}
    await app({"type": "http", "method": method, "asgi": {"version": "3.0"}, **about, **where}, receive, send)
    return told[0]["status"], dict(told[0]["headers"]), b"".join(m.get("body", b"") for m in told[1:])
