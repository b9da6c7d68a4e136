"""What one stand-in is started with."""

from dataclasses import dataclass
from pathlib import Path

CURRENCIES = (
    *("BRL", "CHF", "CLP", "COP", "CZK", "DKK", "EUR", "GBP"),
    *("HRK", "HUF", "NOK", "PLN", "RON", "SEK", "USD"),
)


@dataclass(frozen=True, kw_only=True)
class Options:
    """`clock_speed` divides the waits between deliveries: at 60 the minute after a failure is a second."""

    port: int
    state: Path
    api_key: str
    merchant_code: str
    public_url: str
    currency: str = "GBP"
    merchant_name: str = "Sandbox merchant"
    clock_speed: float = 1.0
    webhook_delay: float = 0.3
    page_minutes: float = 30.0
    refund_answer: int = 201

    def page(self, checkout_id: str) -> str:
        return f"{self.public_url.rstrip('/')}/pay/{checkout_id}"
