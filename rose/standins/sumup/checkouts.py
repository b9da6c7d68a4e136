"""Checkouts: an amount somebody is asked for, until it is paid or too late."""

import sqlite3
import time
import uuid
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from rose.standins.sumup import refusals
from rose.standins.sumup.state import writing

Status = Literal["PENDING", "PAID", "FAILED", "EXPIRED"]

OPEN = ("PENDING", "FAILED")
"""FAILED is not the end: the payer may try again with another card."""


@dataclass(frozen=True, kw_only=True)
class Checkout:
    id: str
    reference: str
    amount: int
    currency: str
    purpose: str = "CHECKOUT"
    hosted: bool = False
    status: str = "PENDING"
    created_at: float
    valid_until: float | None = None
    description: str | None = None
    redirect_url: str | None = None
    return_url: str | None = None
    customer_id: str | None = None

    @property
    def open(self) -> bool:
        return self.status in OPEN

    def page_over(self, minutes: float) -> bool:
        """A hosted page is shown for half an hour, whatever the checkout itself allows."""
        return time.time() > self.created_at + minutes * 60


def create(db: sqlite3.Connection, wanted: dict[str, Any]) -> Checkout:
    checkout = Checkout(id=str(uuid.uuid4()), created_at=time.time(), **wanted)
    return _store(
        db,
        """INSERT INTO checkouts VALUES (:id, :reference, :amount, :currency, :purpose, :hosted, :status,
           :created_at, :valid_until, :description, :redirect_url, :return_url, :customer_id)""",
        checkout,
    )


def get(db: sqlite3.Connection, checkout_id: str) -> Checkout:
    row = db.execute("SELECT * FROM checkouts WHERE id = ?", (checkout_id,)).fetchone()
    if row is None:
        raise refusals.not_found()
    return _read(row)


def list_all(db: sqlite3.Connection, reference: str | None = None) -> list[Checkout]:
    rows = db.execute(
        "SELECT * FROM checkouts WHERE ?1 IS NULL OR reference = ?1 ORDER BY created_at DESC LIMIT 500",
        (reference,),
    )
    return [_read(row) for row in rows]


def change(db: sqlite3.Connection, checkout: Checkout, changes: dict[str, Any]) -> Checkout:
    if not checkout.open:
        raise refusals.processed()
    return _store(
        db,
        """UPDATE checkouts SET reference = :reference, amount = :amount, currency = :currency,
           valid_until = :valid_until, description = :description,
           customer_id = :customer_id WHERE id = :id""",
        replace(checkout, **changes),
    )


def deactivate(db: sqlite3.Connection, checkout: Checkout) -> Checkout:
    if checkout.status == "PAID":
        raise refusals.processed()
    with writing(db):
        return settle(db, checkout, "EXPIRED")


def settle(db: sqlite3.Connection, checkout: Checkout, status: Status) -> Checkout:
    """Inside somebody's transaction."""
    db.execute("UPDATE checkouts SET status = ? WHERE id = ?", (status, checkout.id))
    return replace(checkout, status=status)


def _store(db: sqlite3.Connection, statement: str, checkout: Checkout) -> Checkout:
    """The reference is the idempotency key, also after a checkout has failed or expired."""
    try:
        with writing(db):
            db.execute(statement, asdict(checkout))
    except sqlite3.IntegrityError:
        raise refusals.duplicated() from None
    return checkout


def _read(row: sqlite3.Row) -> Checkout:
    checkout = Checkout(**{**dict(row), "hosted": bool(row["hosted"])})
    late = checkout.valid_until is not None and checkout.valid_until <= time.time()
    return replace(checkout, status="EXPIRED") if checkout.open and late else checkout
