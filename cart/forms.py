from typing import Annotated

from pydantic import Field

from shared.browser.app.utils.forms import Form
from shared.browser.app.utils.parsing import Email, Id, Wanted

Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{16,64}$")]
"""Made with the page: the same page sent again is the same thing done once."""


class ChangeQuantity(Form):
    quantity: Wanted = Field(title="the quantity")


class PlaceOrder(Form):
    name: str = Field(title="your name", min_length=1, max_length=120)
    email: Email = Field(title="your email address")
    total: int = Field(ge=0, lt=2**63)
    key: Key


class SearchOrders(Form):
    q: str = Field("", max_length=80)
    status: str = Field("", pattern="^(placed|paid|refunded|released)?$")
    page: int = Field(1, ge=1, le=10_000)


class RefundLines(Form):
    """`line` and `quantity` go in pairs, one a row."""

    line: list[Id] = Field(min_length=1, max_length=500)
    quantity: list[Annotated[int, Field(ge=0, le=999)]] = Field(min_length=1, max_length=500)
    reason: str = Field("", max_length=300)
    key: Key

    @property
    def portions(self) -> dict[int, int]:
        return dict(zip(self.line, self.quantity, strict=False))
