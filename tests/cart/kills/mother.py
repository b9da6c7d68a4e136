"""Forks the processes that buy and die: `python -m tests.cart.kills.mother SETTINGS`, then a line for each.

A fork is a fresh process without the second that importing four apps takes.
"""

import asyncio
import json
import os
import sys
import traceback
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from cart.services import checkouts, payments
from events.models import Entry, TicketType
from market.models import Product
from shared.config import Settings
from shared.db.session import transaction
from shared.models import UserSession
from shared.utils import hash_token, utcnow
from tests.cart.kills.buyer import TOKEN, Buyer
from tests.cart.kills.failpoints import Failpoints
from tests.cart.visitors import Shop
from tests.factories.events import a_ticket_type, an_entry
from tests.factories.market import a_product
from tests.house import House

# The buyer need not look at a spinning wheel for so long: nobody else is placing this order.
checkouts.PATIENCE_SECONDS = 0.05


async def open_shop() -> None:
    async with transaction() as session:
        await a_product(session, price=420, on_hand=10, vat_rate=0)
        entry = await an_entry(session, title="Barn concert")
        await a_ticket_type(session, entry=entry, price=1200, capacity=10)
        tomorrow = utcnow() + timedelta(days=1)
        session.add(UserSession(token_hash=hash_token(TOKEN), public_id="cy", expires_at=tomorrow))


async def visit(house: House, points: Failpoints, pressed: Path, *, settler_first: bool) -> None:
    async with transaction() as session:
        loaf = (await session.scalars(select(Product))).one()
        entry = (await session.scalars(select(Entry))).one()
        concert = (await session.scalars(select(TicketType))).one()
    buyer = Buyer(house, Shop(loaf, concert, f"{entry.path}"), points, pressed)
    points.watch()
    points.counting = True
    await payments.wake_all()
    if settler_first:
        await buyer.settle()
    await buyer.buy()
    await buyer.wait_until_holds_are_over()
    points.counting = False


def live(house: House, order: dict[str, object], told: int) -> None:
    """In the fork: never returns."""
    code, points = 1, Failpoints(order.get("deadly"))  # type: ignore[arg-type]
    try:
        if order.get("open"):
            asyncio.run(open_shop())
        else:
            pressed = Path(str(order["pressed"]))
            asyncio.run(visit(house, points, pressed, settler_first=bool(order["settler_first"])))
        os.write(told, json.dumps(points.passed).encode())
        code = 0
    except BaseException:  # noqa: BLE001  it ends here, whatever it was
        traceback.print_exc()
    os._exit(code)


def main(settings: str) -> None:
    house = House(Settings.model_validate_json(settings))
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            live(house, json.loads(line), writing)
        os.close(writing)
        with os.fdopen(reading) as told:
            words = told.read()
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        answers.write(json.dumps({"code": code, "passed": json.loads(words or "[]")}) + "\n")
        answers.flush()


if __name__ == "__main__":
    main(sys.argv[1])
