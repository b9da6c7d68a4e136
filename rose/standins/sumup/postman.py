"""The background task that carries webhooks out, one attempt at a time."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator

import httpx
from quart import Quart

from rose.standins.sumup import deliveries
from rose.standins.sumup.deliveries import Delivery
from rose.standins.sumup.standin import StandIn

PATIENCE = 10.0


def use_postman(app: Quart, standin: StandIn) -> None:
    @app.while_serving
    async def carry() -> AsyncGenerator[None, None]:
        task = asyncio.create_task(_carry_forever(standin))
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _carry_forever(standin: StandIn) -> None:
    async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as client:
        while True:
            standin.bell.clear()
            due = deliveries.list_due(standin.db)
            await asyncio.gather(*(_carry(standin, client, delivery) for delivery in due))
            await _rest(standin)


async def _carry(standin: StandIn, client: httpx.AsyncClient, delivery: Delivery) -> None:
    headers = {"Content-Type": "application/json", "User-Agent": "SumUp stand-in"}
    try:
        response = await client.post(delivery.url, content=delivery.body, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        deliveries.note(standin, delivery, type(error).__name__, accepted=False)
    else:
        deliveries.note(standin, delivery, str(response.status_code), accepted=response.is_success)


async def _rest(standin: StandIn) -> None:
    """Until the next one is due, or somebody rings."""
    due = deliveries.next_due(standin.db)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(standin.bell.wait(), None if due is None else max(0.0, due - time.time()))
