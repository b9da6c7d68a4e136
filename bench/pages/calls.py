"""What one question to another app costs on this machine: python bench/pages/calls.py [calls]

The asking process's CPU, the answering one's, and how long it takes, one call after another.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import uvloop
from load import cpu_seconds
from place import Place

CALLS = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
PATH = "/internal/cart/summary"
ASKED = {"user_id": "1"}


async def ask(pid: int) -> None:
    from shared.config import load_settings
    from shared.infrastructure.internal_api import InternalApi

    api = InternalApi("blog", load_settings())
    for _ in range(50):
        await api.send("GET", "cart", PATH, params=ASKED)
    mine, theirs, started = time.process_time(), cpu_seconds(pid), time.perf_counter()
    for _ in range(CALLS):
        await api.send("GET", "cart", PATH, params=ASKED)
    took = time.perf_counter() - started
    mine, theirs = time.process_time() - mine, cpu_seconds(pid) - theirs
    print(f"CPU of who asks {mine / CALLS * 1e6:.0f} us (≤ 400), of who answers {theirs / CALLS * 1e6:.0f} us")
    print(f"{took / CALLS * 1e3:.2f} ms a call")
    await api.way.aclose()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder))
        place.start()
        try:
            with place.cart() as (pid, _):
                os.environ.update(place.environment())
                # As the apps do.
                uvloop.run(ask(pid))
        finally:
            place.stop()


if __name__ == "__main__":
    main()
