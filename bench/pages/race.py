"""The race of readers and writers, 10,000 rounds of it: make bench-race (or: python bench/pages/race.py 2000)

Valkey is flushed, cut off and started again on the way. Exits with 1 when a single page was older
than its commit, or the other process knew too late.
"""

import asyncio
import logging
import random
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from place import Place  # noqa: E402

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
P99_MS = 20
# One in so many rounds is troubled.
TROUBLED = {"flush": 100, "cut": 100, "restart": 500}


async def main(place: Place) -> int:
    from bench.pages.races import Race
    from shared.config import load_settings
    from shared.db.session import create_engine, use_engine

    settings = load_settings()
    home = "http://localhost:8000"
    addresses = settings.apps.model_copy(update={"blog": home})
    engine = create_engine(settings.database_url)
    race = Race(settings.model_copy(update={"apps": addresses, "internal_apps": addresses}), place.valkey)
    use_engine(engine)
    logging.getLogger().setLevel("ERROR")
    trouble = {number: kind for kind, every in TROUBLED.items() for number in chosen(every)}
    found = await race.run(ROUNDS, trouble=trouble)
    print(f"{found.rounds:,} rounds, {len(trouble)} of them troubled; the page was drawn {found.drawn:,} times")
    print(f"left stale: {found.stale} (0); late answers to the writer's own next request: {found.late} (0)")
    print(f"known to the other process: p99 {found.p99 * 1000:.1f} ms after the writer's answer (≤ {P99_MS})")
    await race.aclose()
    await engine.dispose()
    return 1 if found.stale or found.late or found.p99 * 1000 > P99_MS else 0


def chosen(every: int) -> list[int]:
    return random.sample(range(1, ROUNDS + 1), ROUNDS // every)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        here = Place(Path(folder))
        here.start()
        try:
            sys.exit(asyncio.run(main(here)))
        finally:
            here.stop()
