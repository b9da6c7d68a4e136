"""Giving money back: in parts, never more than was taken."""

import time
from typing import Any

from rose.standins.sumup import money, refusals, transactions
from rose.standins.sumup.refusals import Refused
from rose.standins.sumup.standin import StandIn
from rose.standins.sumup.state import writing
from rose.standins.sumup.transactions import Transaction

REFUNDABLE = ("SUCCESSFUL", "REFUNDED")


def give(standin: StandIn, transaction_id: str, wanted: Any) -> None:
    """`wanted` is the JSON number, or None for all that is left. The checkout stays PAID."""
    with writing(standin.db):
        transaction = _refundable(standin, transaction_id)
        left = transaction.amount - transactions.refunded(standin.db, transaction)
        amount = left if wanted is None else _amount(standin, wanted, transaction)
        if left == 0 or amount > left:
            raise _refusal(standin, 409, "CONFLICT", "The transaction is not refundable in its current state")
        standin.db.execute(
            "INSERT INTO refunds (transaction_id, amount, created_at) VALUES (?, ?, ?)",
            (transaction.id, amount, time.time()),
        )
        transactions.settle(standin.db, transaction, "REFUNDED")


def _refundable(standin: StandIn, transaction_id: str) -> Transaction:
    try:
        transaction = transactions.get(standin.db, transaction_id)
    except Refused:
        raise _refusal(standin, 404, "NOT_FOUND", "Resource not found") from None
    if transaction.status not in REFUNDABLE:
        raise _refusal(standin, 409, "CONFLICT", "The transaction is not refundable in its current state")
    return transaction


def _amount(standin: StandIn, wanted: Any, transaction: Transaction) -> int:
    number = not isinstance(wanted, bool | str | list | dict)
    amount = money.minor(wanted, transaction.currency) if number else None
    if amount is None:
        raise _refusal(standin, 400, "INVALID", "The amount must be positive and fit the currency")
    return amount


def _refusal(standin: StandIn, status: int, code: str, message: str) -> Refused:
    """The SDK that expects 201 expects problems; the description that says 204 says code and message."""
    if standin.options.refund_answer == 201:  # noqa: PLR2004
        return refusals.problem(status, code.lower().replace("_", "-"), code, message)
    return Refused(status, {"error_code": code, "message": message})
