"""`rose up`: from nothing to a running site, and back without loss."""

import asyncio
import os
import signal
import time
from collections.abc import Coroutine
from typing import Any

from rose.supervisor.addresses import Addresses
from rose.supervisor.console import say
from rose.supervisor.environment import home_path
from rose.supervisor.running import hold
from rose.supervisor.site import Site
from rose.supervisor.welcome import welcome

_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(base: int) -> None:
    """Returns when the site was told to stop, and has."""
    home, addresses = home_path(), Addresses(base)
    with hold(home, addresses):
        site = Site(home, addresses, os.environ)
        site.require_ports()
        asyncio.run(_serve(site))


async def _serve(site: Site) -> None:
    started, told = time.monotonic(), _told_to_stop()
    try:
        if await _unless(told, site.start()):
            welcome(site, seconds=time.monotonic() - started)
            await told.wait()
    finally:
        say("Stopping")
        await site.stop()
    say("Stopped")


def _told_to_stop() -> asyncio.Event:
    told, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in _STOP:
        loop.add_signal_handler(number, told.set)
    return told


async def _unless(told: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Whether the work came to its end; False when it was given up because we were told to stop."""
    working, telling = asyncio.ensure_future(work), asyncio.ensure_future(told.wait())
    await asyncio.wait({working, telling}, return_when=asyncio.FIRST_COMPLETED)
    telling.cancel()
    if working.done():
        working.result()
        return True
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    return False
