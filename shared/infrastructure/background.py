import asyncio
from collections.abc import Awaitable, Callable

import structlog
from quart import Quart

log = structlog.get_logger("background")

AFTER_A_FAULT = 1.0


def use_background(app: Quart, name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Runs `work` inside an app context as long as the app serves; when it fails, a second later again."""
    tasks: set[asyncio.Task[None]] = set()

    async def keep_running() -> None:
        while True:
            try:
                async with app.app_context():
                    await work()
            except Exception:
                log.exception("background work failed", task=name)
            await asyncio.sleep(AFTER_A_FAULT)

    @app.before_serving
    async def start() -> None:
        tasks.add(asyncio.create_task(keep_running(), name=name))

    @app.after_serving
    async def stop() -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        tasks.clear()
