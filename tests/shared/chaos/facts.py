"""What happens in the field of chaos, and the handlers that hear of it."""

import os
import random
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.bus import DomainFact
from shared.events.deliveries import driver

# `grown` is written in the transaction that emits: whatever the emitter was told of its commit, the truth is there.
TABLES = (
    "CREATE TABLE grown (plant text, leaf int, PRIMARY KEY (plant, leaf))",
    "CREATE TABLE effects (place bigserial PRIMARY KEY, plant text, leaf int)",
    # Two rows with the same id are refused at the commit only: after the ids of the facts were drawn.
    "CREATE TABLE late (id int, UNIQUE (id) DEFERRABLE INITIALLY DEFERRED)",
    "INSERT INTO late (id) VALUES (1)",
)
EFFECT = "INSERT INTO effects (plant, leaf) VALUES ($1, $2)"
# Now and then a handler fails: then the later leaves of its plant have to wait.
INSIDE_FAILS, OUTSIDE_FAILS = 0.00002, 0.0001


class Grown(DomainFact):
    name: ClassVar[str] = "chaos.grown"

    plant: str
    leaf: int

    def key(self) -> str:
        return self.plant


class Drifted(DomainFact):
    """A seed on the wind: a transaction of nothing else, for a handler that minds no order."""

    name: ClassVar[str] = "chaos.drifted"

    seed: str


class Storm(RuntimeError):
    """A handler's own failure, on purpose."""


async def note_effect(session: AsyncSession, event: Grown) -> None:
    await (await driver(session)).execute(EFFECT, event.plant, event.leaf)
    fall_over(INSIDE_FAILS)


class Outside:
    """A place that no transaction reaches: a file to which every process appends."""

    def __init__(self, path: str) -> None:
        self.file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    async def call_outside(self, event: Grown) -> None:
        fall_over(OUTSIDE_FAILS)
        os.write(self.file, f"{event.plant} {event.leaf}\n".encode())


class Wind:
    """Two more such places: what somebody was told is committed, and what the handler was called with."""

    def __init__(self, path: str) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        self.sent, self.came = (os.open(f"{path}.{name}", flags) for name in ("sent", "came"))

    def note_sent(self, seed: str) -> None:
        os.write(self.sent, f"{seed}\n".encode())

    async def note_came(self, event: Drifted) -> None:
        fall_over(OUTSIDE_FAILS)
        os.write(self.came, f"{event.seed}\n".encode())


def fall_over(chance: float) -> None:
    if random.random() < chance:
        raise Storm
