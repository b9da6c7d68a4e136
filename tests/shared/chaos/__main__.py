"""`make chaos`: ten minutes and a million events, unless CHAOS_SECONDS and CHAOS_EVENTS say otherwise.

CHAOS_SEED repeats what was random here; what the machine does in between is never the same.
"""

# ruff: noqa: T201

import asyncio
import os
import random
import sys
import tempfile
from pathlib import Path

from tests.shared.chaos.play import Outcome, Plan, Play


def plan() -> Plan:
    return Plan(
        seed=int(os.environ.get("CHAOS_SEED", random.randrange(10**6))),
        seconds=float(os.environ.get("CHAOS_SECONDS", "600")),
        events=int(os.environ.get("CHAOS_EVENTS", "1000000")),
        pause=(0.5, 4.0),
    )


def tell(outcome: Outcome) -> None:
    verdict = outcome.verdict
    kills = ", ".join(f"{number} {kind}" for kind, number in outcome.kills.items())
    print(f"{verdict.committed} events committed in {outcome.seconds:.0f} s; killed: {kills}")
    print(f"inside: {verdict.lost} lost, {verdict.doubled} doubled, {verdict.invented} of nothing, ", end="")
    print(f"{verdict.out_of_order} out of order")
    print(f"outside: {verdict.lost_outside} lost, {verdict.out_of_order_outside} out of order, ", end="")
    print(f"{verdict.called_again} called again")
    print(f"on the wind: {verdict.drifted} committed, {verdict.lost_on_the_wind} lost, ", end="")
    print(f"{verdict.blown_from_nowhere} of nothing")
    print(f"ended by themselves: {outcome.gave_up or 'none'}")


def main() -> int:
    chosen = plan()
    print(f"CHAOS_SEED={chosen.seed}", flush=True)
    # Not below a folder of ours that is closed: PostgreSQL may run under an account of its own.
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        outcome = asyncio.run(Play(chosen, Path(folder)).run())
        tell(outcome)
        print((Path(folder) / "log").read_text() if outcome.gave_up else "", end="")
    return 1 if outcome.verdict.faults or outcome.gave_up else 0


if __name__ == "__main__":
    sys.exit(main())
