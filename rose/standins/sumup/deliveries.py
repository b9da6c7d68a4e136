"""Webhooks waiting to be sent. They are written with what they tell of, so a restart forgets none."""

import ipaddress
import json
import sqlite3
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from rose.standins.sumup.checkouts import Checkout
from rose.standins.sumup.standin import StandIn

RETRY_AFTER = (60, 300, 1_200, 7_200)
"""Seconds after the first, second, third and fourth failure, as SumUp documents it."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    id: int
    checkout_id: str
    url: str
    status: str
    attempts: int
    created_at: float
    next_at: float
    answer: str

    @property
    def body(self) -> bytes:
        """Nothing in it can be believed: no signature, no amount, no status."""
        return json.dumps({"event_type": "CHECKOUT_STATUS_CHANGED", "id": self.checkout_id}).encode()


def add(standin: StandIn, checkout: Checkout) -> None:
    """Inside somebody's transaction."""
    if checkout.return_url is None:
        return
    now = time.time()
    status = "waiting" if is_loopback(checkout.return_url) else "refused"
    standin.db.execute(
        "INSERT INTO deliveries (checkout_id, url, status, created_at, next_at) VALUES (?, ?, ?, ?, ?)",
        (checkout.id, checkout.return_url, status, now, now + standin.options.webhook_delay),
    )
    standin.bell.set()


def is_loopback(url: str) -> bool:
    """A stand-in calls nobody but its own machine. Names other than localhost could point anywhere."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def list_due(db: sqlite3.Connection) -> list[Delivery]:
    rows = db.execute(
        "SELECT * FROM deliveries WHERE status = 'waiting' AND next_at <= ? ORDER BY next_at LIMIT 20",
        (time.time(),),
    )
    return [Delivery(**dict(row)) for row in rows]


def list_newest(db: sqlite3.Connection, limit: int = 100) -> list[Delivery]:
    rows = db.execute("SELECT * FROM deliveries ORDER BY id DESC LIMIT ?", (limit,))
    return [Delivery(**dict(row)) for row in rows]


def next_due(db: sqlite3.Connection) -> float | None:
    row = db.execute("SELECT min(next_at) FROM deliveries WHERE status = 'waiting'").fetchone()
    return row[0] if row else None


def note(standin: StandIn, delivery: Delivery, answer: str, *, accepted: bool) -> None:
    """Remembers the answer, and when to try again."""
    status, next_at = ("delivered", delivery.next_at) if accepted else _after_failure(standin, delivery)
    standin.db.execute(
        "UPDATE deliveries SET status = ?, attempts = attempts + 1, next_at = ?, answer = ? WHERE id = ?",
        (status, next_at, answer, delivery.id),
    )


def _after_failure(standin: StandIn, delivery: Delivery) -> tuple[str, float]:
    if delivery.attempts >= len(RETRY_AFTER):
        return "given up", delivery.next_at
    return "waiting", time.time() + RETRY_AFTER[delivery.attempts] / standin.options.clock_speed
