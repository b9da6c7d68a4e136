import argparse
from collections.abc import Callable

import uvicorn
from quart import Quart


def serve(create_app: Callable[[], Quart], *, port: int) -> None:
    """One worker on 127.0.0.1: what stands before it (a proxy, or nobody) speaks to the world.

    `python -m <app> --port N`
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=port)
    options = parser.parse_args()
    uvicorn.run(
        create_app(),
        host="127.0.0.1",
        port=options.port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,  # limits.py reads them, and only from the proxies in the settings
        timeout_graceful_shutdown=20,
    )
