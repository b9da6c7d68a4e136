"""What the tests of kept pages ask."""

import asyncio
from collections.abc import Callable

from shared.browser.app.redis_cacher import PageCache
from tests.house import House


def renders(house: House) -> int:
    count: int = house.apps["blog"].extensions["renders"]
    return count


def cache(house: House, app: str = "blog") -> PageCache:
    found: PageCache = house.apps[app].extensions["page_cache"]
    return found


async def read(house: House, path: str = "/t/shelf/") -> str:
    return (await house.client().get(path)).text


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while True:
            if true():
                return
            await asyncio.sleep(0)
