from collections.abc import Sequence
from dataclasses import dataclass

from cart.models import BasketLine, Order
from cart.services import totals
from cart.services.totals import Totals


@dataclass(frozen=True)
class Waiting:
    """Lines of an order that waits for its payment: they stay in the basket until then, but cannot be changed."""

    order: Order
    lines: Sequence[BasketLine]


@dataclass(frozen=True)
class BasketView:
    ready: Sequence[BasketLine]
    expired: Sequence[BasketLine]
    waiting: Sequence[Waiting]

    @property
    def totals(self) -> Totals:
        return totals.add_up(self.ready)

    @property
    def count(self) -> int:
        return self.totals.count + sum(line.quantity for part in self.waiting for line in part.lines)

    @property
    def has_goods(self) -> bool:
        return any(line.kind == "product" for line in self.ready)

    @property
    def has_tickets(self) -> bool:
        return any(line.kind == "ticket" for line in self.ready)

    @property
    def empty(self) -> bool:
        return not (self.ready or self.expired or self.waiting)


def arrange(lines: Sequence[BasketLine]) -> BasketView:
    by_order: dict[int, list[BasketLine]] = {}
    for line in lines:
        if line.order_id is not None:
            by_order.setdefault(line.order_id, []).append(line)
    waiting = [Waiting(found[0].order, found) for found in by_order.values() if found[0].order is not None]
    free = [line for line in lines if not line.locked]
    return BasketView(
        ready=[line for line in free if not line.expired],
        expired=[line for line in free if line.expired],
        waiting=[part for part in waiting if part.order.waiting],
    )
