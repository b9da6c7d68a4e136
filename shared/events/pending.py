"""A fact on its way into the log."""

import os
import random
import time
from datetime import datetime
from typing import NamedTuple


class Pending(NamedTuple):
    event_id: str  # a UUID
    type: str
    version: int
    source: str
    key: str | None
    payload: str
    meta: str | None
    at: datetime | None


_noise = random.Random(os.urandom(32))
os.register_at_fork(after_in_child=lambda: _noise.seed(os.urandom(32)))


def new_id() -> str:
    """A UUIDv7 (RFC 9562, 5.7): made here, so that nobody waits for the database to say it."""
    milliseconds, noise = time.time_ns() // 1_000_000, _noise.getrandbits(74)
    number = f"{milliseconds << 80 | 7 << 76 | (noise >> 62) << 64 | 2 << 62 | noise & (1 << 62) - 1:032x}"
    return f"{number[:8]}-{number[8:12]}-{number[12:16]}-{number[16:20]}-{number[20:]}"
