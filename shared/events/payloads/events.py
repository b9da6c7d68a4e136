from typing import ClassVar

from shared.events.bus import DomainFact


class TicketsIssued(DomainFact):
    name: ClassVar[str] = "events.tickets_issued"

    order: str
    email: str
    tokens: list[str]

    def key(self) -> str:
        return f"order:{self.order}"


class TicketsUnavailable(DomainFact):
    """Paid for, but the places had gone meanwhile (a payment long after its hold): to be refunded."""

    name: ClassVar[str] = "events.tickets_unavailable"

    order: str
    hold_ids: list[str]

    def key(self) -> str:
        return f"order:{self.order}"
