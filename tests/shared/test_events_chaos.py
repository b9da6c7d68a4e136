"""Emitters, handlers and PostgreSQL itself are killed: nothing lost, nothing twice, nothing out of order.

`make chaos` is the long version. A failure prints the seed, and CHAOS_SEED repeats what was random here.
"""

import os
import random
from pathlib import Path

from tests.shared.chaos.play import Plan, Play


async def test_nothing_is_lost_doubled_or_out_of_order(tmp_path: Path) -> None:
    seed = int(os.environ.get("CHAOS_SEED", random.randrange(10**6)))
    print(f"CHAOS_SEED={seed}")  # noqa: T201  shown when the test fails
    plan = Plan(seed=seed, seconds=3, events=300, pause=(0.3, 1.0), patience=60)

    outcome = await Play(plan, tmp_path).run()

    assert min(outcome.kills.values()) >= 1
    assert outcome.verdict.faults == {}
    assert outcome.verdict.drifted > 0
    assert outcome.gave_up == []
