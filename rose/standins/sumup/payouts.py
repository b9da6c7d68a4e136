"""What reaches the merchant's bank a day later: the takings less SumUp's share, and refunds taken off."""

import sqlite3
from typing import Any

from rose.standins.sumup import moments, money

FEE_BASIS_POINTS = 250
DAY = 86_400


def fee(amount: int) -> int:
    """2.5 %, the half penny rounded up."""
    return (amount * FEE_BASIS_POINTS + 5_000) // 10_000


def list_between(db: sqlite3.Connection, start: str, end: str) -> list[dict[str, Any]]:
    """Days are ISO dates, both inclusive."""
    rows = db.execute(
        """SELECT 'PAYOUT' AS type, 2 * seq AS id, code, amount, currency, created_at
           FROM transactions WHERE status IN ('SUCCESSFUL', 'REFUNDED')
           UNION ALL
           SELECT 'REFUND_DEDUCTION', 2 * refunds.id + 1, code, refunds.amount, currency, refunds.created_at
           FROM refunds JOIN transactions ON transactions.id = refunds.transaction_id
           ORDER BY created_at"""
    )
    return [entry for entry in map(_entry, rows) if start <= entry["date"] <= end]


def _entry(row: sqlite3.Row) -> dict[str, Any]:
    share = fee(row["amount"]) if row["type"] == "PAYOUT" else 0
    date = moments.day(row["created_at"] + DAY)
    return {
        "id": row["id"],
        "type": row["type"],
        "amount": money.major(row["amount"] - share, row["currency"]),
        "fee": money.major(share, row["currency"]),
        "currency": row["currency"],
        "date": date,
        "reference": f"PAYOUT-{date}",
        "status": "SUCCESSFUL",
        "transaction_code": row["code"],
    }
