"""What must be true of the shop, of SumUp and of the mail box, wherever the buyer's processes died."""

from typing import Any

import asyncpg

from tests.cart.kills.buyer import TOTAL

WANTED: dict[str, tuple[str, Any]] = {
    "one paid order": ("SELECT array_agg(status || ' ' || total) FROM orders", [f"paid {TOTAL}"]),
    "one payment": ("SELECT array_agg(status || ' ' || amount) FROM payments", [f"PAID {TOTAL}"]),
    "loaves on the shelf, held, sold": ("SELECT array[on_hand, held, sold] FROM products", [8, 0, 2]),
    "places held, sold": ("SELECT array[held, sold] FROM ticket_types", [0, 2]),
    "tickets": ("SELECT array_agg(status) FROM tickets", ["valid", "valid"]),
    "their order is the paid one": (
        "SELECT count(*) FROM tickets t JOIN orders o ON o.token = t.order AND o.status = 'paid'",
        2,
    ),
    "holds still open": ("SELECT count(*) FROM holds WHERE state IN ('active', 'bound')", 0),
    "stock still reserved": ("SELECT count(*) FROM stock_reservations WHERE state = 'held'", 0),
    "lines left in the basket": ("SELECT count(*) FROM basket_lines WHERE removed_at IS NULL", 0),
    "told that it is paid": ("SELECT count(*) FROM domain_events WHERE type = 'cart.order_paid'", 1),
    "refunds": ("SELECT count(*) FROM refunds", 0),
    "events that nobody could handle": ("SELECT count(*) FROM event_deliveries", 0),
}


async def judge(connection: "asyncpg.Connection[asyncpg.Record]") -> dict[str, Any]:
    """What is not as it must be; empty when all is well."""
    found = {name: await connection.fetchval(query) for name, (query, _) in WANTED.items()}
    return {name: value for name, value in found.items() if value != WANTED[name][1]}
