"""Wherever a process dies in a purchase, the buyer who tries again pays once. Every place: `make chaos-checkout`."""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rose.supervisor.postgres import Postgres
from tests.cart.kills.walk import Walk, World, faults_of
from tests.conftest import TEMPLATE
from tests.fakes.mail import MailFake
from tests.fakes.sumup import SumUpProcess


@pytest.fixture
async def walk(postgres: Postgres, payer: SumUpProcess, mail: MailFake, tmp_path: Path) -> AsyncIterator[Walk]:
    found = Walk(World(postgres, TEMPLATE, payer, mail, tmp_path))
    await found.start()
    yield found
    found.stop()


async def test_dead_anywhere_and_paid_once(walk: Walk) -> None:
    passed, wrong = await walk.die_at()
    assert (len(passed) > 400, wrong) == (True, {})
    seed = random.randrange(10**6)
    dice = random.Random(seed)
    # The places that decide: a commit whose answer nobody hears, and what was asked of others.
    decisive = [place for place, what in enumerate(passed) if not what.endswith(("SQL", "text"))]
    deaths = [[place] for place in (*dice.sample(range(len(passed)), 2), *dice.sample(decisive, 3))]

    assert await faults_of(walk, deaths) == [], f"seed {seed}"
