"""A page that is kept, in a house with Valkey."""

from typing import Any

import pytest
from quart import g, request
from redis import Redis
from sqlalchemy import select

from rose.supervisor.valkey import Valkey
from shared.browser.app.redis_cacher import cached, for_strangers_only, invalidate, tag
from shared.config import Settings
from shared.models import KeyValue
from tests.house import House


@pytest.fixture
def settings(settings: Settings, valkey: Valkey) -> Settings:
    with Redis.from_url(valkey.url) as redis:
        redis.flushall()
    return settings.model_copy(update={"redis_url": valkey.url})


@pytest.fixture
def shelf(house: House) -> House:
    """A page that shows one value, a form that changes it, and what must not be kept."""
    app = house.apps["blog"]
    app.extensions["renders"] = 0

    @app.get("/t/shelf/")
    @cached(tags=["shelf"], query=["page"])
    async def show() -> str:
        app.extensions["renders"] += 1
        tag("jar:1")
        heard = [name for name in dict(request.headers) if name not in {"Remote-Addr", "Host"}]
        jars = await g.session.scalar(select(KeyValue.value).where(KeyValue.key == "jars"))
        return f"jars: {jars} page: {request.args.get('page')} heard: {heard} {dict(request.args)} " + "x" * 2000

    @app.post("/t/shelf/<int:jars>/")
    async def change(jars: int) -> Any:
        await g.session.merge(KeyValue(key="jars", value=jars))
        await g.session.flush()
        invalidate(g.session, request.args.get("tag", "shelf"))
        return "ok" if jars < 100 else ("too many", 409)

    @app.get("/t/odd/<kind>/")
    @cached(tags=["odd"])
    async def odd(kind: str) -> Any:
        app.extensions["renders"] += 1
        if kind == "cookie":
            return "cookie", 200, {"Set-Cookie": "a=b; HttpOnly; SameSite=Lax; Path=/"}
        return kind, {"missing": 404, "busy": 503}.get(kind, 200), {"Cache-Control": "no-store"} if kind == "no" else {}

    @app.get("/t/gate/")
    @cached(tags=["gate"])
    async def gate() -> str:
        for_strangers_only()
        return "all of it" if g.user else "the beginning"

    return house
