"""What an order needs is set aside by those who own it: market its stock, events its places."""

from datetime import datetime
from typing import Any

from cart.models import Order, OrderLine
from shared.errors import Conflict
from shared.infrastructure import internal_api


class PriceChanged(Conflict):
    message = "Your basket has changed since you last saw it. Please look at it again before you order."


class PromiseBroken(Conflict):
    """What was set aside is not what is in the basket."""

    def __init__(self, line: OrderLine, now: dict[str, Any], *, tickets_bound: bool) -> None:
        super().__init__(PriceChanged.message)
        self.line = line
        self.now = now
        self.tickets_bound = tickets_bound


async def reserve_goods(order: Order, until: datetime) -> None:
    """Raises what market says (sold out), and PromiseBroken with a price that has changed."""
    lines = {line.item_id: line for line in order.lines if line.kind == "product"}
    if not lines:
        return
    wanted = [{"item_id": line.item_id, "quantity": line.quantity} for line in lines.values()]
    body = {"order": order.token, "until": until.isoformat(), "lines": wanted}
    answer = await internal_api.post("market", "/internal/market/reservations", json=body)
    for now in answer["lines"]:
        _compare(lines[now["item_id"]], now, tickets_bound=False)


async def reserve_places(order: Order, until: datetime) -> None:
    """Binds the holds to the order: from here on the clock no longer gives them back, only OrderReleased does."""
    lines = {line.hold_id: line for line in order.lines if line.kind == "ticket"}
    if not lines:
        return
    body = {"order": order.token, "until": until.isoformat(), "holds": list(lines)}
    answer = await internal_api.post("events", "/internal/events/reservations", json=body)
    for now in answer["lines"]:
        _compare(lines[now["hold_id"]], now, tickets_bound=True)


def _compare(line: OrderLine, now: dict[str, Any], *, tickets_bound: bool) -> None:
    changed = now["unit_price"] != line.unit_price or now.get("quantity", line.quantity) != line.quantity
    if changed:
        raise PromiseBroken(line, now, tickets_bound=tickets_bound)
    line.title, line.vat_rate = now.get("title") or line.title, now.get("vat_rate", line.vat_rate)
