from typing import ClassVar

from shared.events.bus import DomainFact


class StockShort(DomainFact):
    """Paid for, but the stock had gone meanwhile (a payment long after its reservation): to be refunded."""

    name: ClassVar[str] = "market.stock_short"
    public: ClassVar[bool] = True

    order: str
    item_ids: list[int]

    def key(self) -> str:
        return f"order:{self.order}"
