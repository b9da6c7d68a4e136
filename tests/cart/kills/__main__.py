"""`make chaos-checkout`: dies at every message of a checkout, then KILLS times (1,000) at one to three random ones.

KILLS_SEED repeats what was random here. Some 800 places; 1.5 seconds each on an idle machine.
"""

# ruff: noqa: T201

import asyncio
import os
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from rose.supervisor.postgres import Postgres
from shared.infrastructure.migrations import upgrade
from tests.cart.kills.walk import Walk, World, faults_of
from tests.fakes.mail import MailFake
from tests.fakes.sumup import SumUpProcess


async def play(walk: Walk) -> int:
    await walk.start()
    passed, wrong = await walk.die_at()
    print(f"{len(passed)} places to die: {dict(Counter(passed))}; nobody died: {wrong or 'all is well'}", flush=True)
    seed, number = int(os.environ.get("KILLS_SEED", random.randrange(10**6))), int(os.environ.get("KILLS", "1000"))
    dice, every = (
        random.Random(seed),
        [[place] for place in sorted(range(len(passed)), key=lambda place: passed[place].endswith("SQL"))],
    )
    some = [[dice.randrange(len(passed)) for _ in range(dice.choice((1, 2, 3)))] for _ in range(number)]
    return await tell(walk, "every place", every) + await tell(walk, f"at random, KILLS_SEED={seed}", some)


async def tell(walk: Walk, what: str, deaths: list[list[int]]) -> int:
    began, twice = time.monotonic(), walk.mails_twice
    faults = []
    for start in range(0, len(deaths), 50):
        faults += await faults_of(walk, deaths[start : start + 50])
        print(f"{what}: {start + 50}, {len(faults)} faults", end="\r", flush=True)
    seconds, again = time.monotonic() - began, walk.mails_twice - twice
    print(f"{what}: {len(deaths)} runs in {seconds:.0f} s, {again} mails came again, {len(faults)} faults", flush=True)
    for fault in faults[:20]:
        print("  ", *fault, flush=True)
    return len(faults)


def main() -> int:
    # Not below a folder of ours that is closed: PostgreSQL may run under an account of its own.
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o755)
        postgres, payer, mail = Postgres(home / "postgres"), SumUpProcess(home / "sumup.sqlite"), MailFake()
        postgres.start(fsync=False)
        upgrade(postgres.url())
        payer.start()
        mail.start()
        walk = Walk(World(postgres, "rose", payer, mail, home))
        try:
            return 1 if asyncio.run(play(walk)) else 0
        finally:
            walk.stop()
            mail.stop()
            payer.stop()
            postgres.stop()


if __name__ == "__main__":
    sys.exit(main())
