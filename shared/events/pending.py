"""A fact on its way into the log."""

import os
import random
import time
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class Pending(NamedTuple):
    event_id: UUID
    type: str
    version: int
    source: str
    key: str | None
    payload: str
    meta: str | None
    at: datetime | None


_noise = random.Random(os.urandom(32))
os.register_at_fork(after_in_child=lambda: _noise.seed(os.urandom(32)))


def new_id() -> UUID:
    """A UUIDv7: made here, so that nobody waits for the database to say it."""
    milliseconds, noise = time.time_ns() // 1_000_000, _noise.getrandbits(74)
    return UUID(int=milliseconds << 80 | 7 << 76 | (noise >> 62) << 64 | 2 << 62 | noise & (1 << 62) - 1)
