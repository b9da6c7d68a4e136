import argparse
import signal
import sys
from asyncio import Protocol
from collections.abc import Callable
from typing import Literal

import uvicorn
from quart import Quart

from shared.browser.app.redis_cacher import PageCache
from shared.infrastructure.garbage import collect_seldom
from shared.infrastructure.kept_answers import kept_answers
from shared.infrastructure.slow_clients import SlowClients


def protocol(app: Quart) -> type[Protocol]:
    """httptools, with little patience for slow clients, and before it the answers that need no app."""
    cache, settings = app.extensions["page_cache"], app.extensions["settings"]
    return kept_answers(cache, settings.hosts) if isinstance(cache, PageCache) else SlowClients


def serve(create_app: Callable[[], Quart], *, port: int) -> None:
    """One worker on 127.0.0.1: what stands before it (a proxy, or nobody) speaks to the world.

    `python -m <app> --port N`
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=port)
    options = parser.parse_args()
    app = create_app()
    run(app, port=options.port, http=protocol(app))


def run(app: Quart, *, port: int, http: type[Protocol] | Literal["httptools"]) -> None:
    collect_seldom()
    # When all is finished, uvicorn raises the signal once more: being told to stop is no failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http=http,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,  # limits.py reads them, and only from the proxies in the settings
        timeout_graceful_shutdown=20,
    )
