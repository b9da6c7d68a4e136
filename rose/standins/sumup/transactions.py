"""Transactions: one attempt to take a checkout's amount from a card, and what happened to the money later."""

import secrets
import sqlite3
import time
import uuid
from dataclasses import asdict, dataclass, replace
from typing import Literal

from rose.standins.sumup import refusals
from rose.standins.sumup.cards import Card
from rose.standins.sumup.checkouts import Checkout

Status = Literal["PENDING", "SUCCESSFUL", "FAILED", "CANCELLED", "REFUNDED"]

_CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True, kw_only=True)
class Transaction:
    id: str
    code: str
    checkout_id: str
    amount: int
    currency: str
    status: str
    card_type: str
    last_4: str
    auth_code: str
    created_at: float
    changed_at: float
    seq: int = 0


@dataclass(frozen=True, kw_only=True)
class Refund:
    id: int
    transaction_id: str
    amount: int
    created_at: float


def add(db: sqlite3.Connection, checkout: Checkout, card: Card, status: Status) -> Transaction:
    """Inside somebody's transaction. An attempt still waiting for the bank is given up by the next."""
    now = time.time()
    _give_up_pending(db, checkout, now)
    transaction = Transaction(
        id=str(uuid.uuid4()),
        code="T" + "".join(secrets.choice(_CODE_LETTERS) for _ in range(9)),
        checkout_id=checkout.id,
        amount=checkout.amount,
        currency=checkout.currency,
        status=status,
        card_type=card.kind,
        last_4=card.last_4,
        auth_code=f"{secrets.randbelow(10**6):06}",
        created_at=now,
        changed_at=now,
    )
    db.execute(
        """INSERT INTO transactions (id, code, checkout_id, amount, currency, status, card_type, last_4,
           auth_code, created_at, changed_at) VALUES (:id, :code, :checkout_id, :amount, :currency, :status,
           :card_type, :last_4, :auth_code, :created_at, :changed_at)""",
        asdict(transaction),
    )
    return transaction


def settle(db: sqlite3.Connection, transaction: Transaction, status: Status) -> Transaction:
    """Inside somebody's transaction."""
    now = time.time()
    db.execute("UPDATE transactions SET status = ?, changed_at = ? WHERE id = ?", (status, now, transaction.id))
    return replace(transaction, status=status, changed_at=now)


def get(db: sqlite3.Connection, id_or_code: str) -> Transaction:
    row = db.execute("SELECT * FROM transactions WHERE id = ?1 OR code = ?1", (id_or_code,)).fetchone()
    if row is None:
        raise refusals.not_found()
    return Transaction(**dict(row))


def list_of(db: sqlite3.Connection, checkout: Checkout) -> list[Transaction]:
    rows = db.execute("SELECT * FROM transactions WHERE checkout_id = ? ORDER BY seq", (checkout.id,))
    return [Transaction(**dict(row)) for row in rows]


def list_newest(db: sqlite3.Connection, limit: int = 100) -> list[Transaction]:
    rows = db.execute("SELECT * FROM transactions ORDER BY seq DESC LIMIT ?", (limit,))
    return [Transaction(**dict(row)) for row in rows]


def list_refunds(db: sqlite3.Connection, transaction: Transaction) -> list[Refund]:
    rows = db.execute("SELECT * FROM refunds WHERE transaction_id = ? ORDER BY id", (transaction.id,))
    return [Refund(**dict(row)) for row in rows]


def refunded(db: sqlite3.Connection, transaction: Transaction) -> int:
    return sum(refund.amount for refund in list_refunds(db, transaction))


def _give_up_pending(db: sqlite3.Connection, checkout: Checkout, now: float) -> None:
    db.execute(
        """UPDATE transactions SET status = 'CANCELLED', changed_at = ?
           WHERE checkout_id = ? AND status = 'PENDING'""",
        (now, checkout.id),
    )
