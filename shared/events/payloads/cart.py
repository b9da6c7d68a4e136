from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.events.bus import DomainFact


class OrderLine(BaseModel):
    """What was promised at the moment of ordering. Money in minor units, VAT in basis points (2000 = 20 %)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: Literal["product", "ticket"]
    item_id: int
    hold_id: str | None = None
    title: str
    detail: str | None = None
    quantity: int
    unit_price: int
    vat_rate: int = 0


class _AboutOrder(DomainFact):
    order: str

    def key(self) -> str:
        return f"order:{self.order}"


class OrderPaid(_AboutOrder):
    """The money is there: fetched from the payment provider, not believed from a browser."""

    name: ClassVar[str] = "cart.order_paid"
    public: ClassVar[bool] = True
    private: ClassVar[frozenset[str]] = frozenset({"email", "buyer", "user_id"})

    email: str
    buyer: str = ""
    user_id: int | None = None
    total: int
    currency: str
    lines: list[OrderLine]


class OrderReleased(_AboutOrder):
    """Expired or cancelled before payment: everyone gives back what they held for it."""

    name: ClassVar[str] = "cart.order_released"
    public: ClassVar[bool] = True


class OrderRefunded(_AboutOrder):
    """Money went back for these lines (quantities as refunded)."""

    name: ClassVar[str] = "cart.order_refunded"
    public: ClassVar[bool] = True
    private: ClassVar[frozenset[str]] = frozenset({"email"})

    email: str
    amount: int
    currency: str
    lines: list[OrderLine] = Field(default_factory=list)


class RefundRequested(_AboutOrder):
    """Somebody, or a broken promise, asked for money to go back; it has not yet."""

    name: ClassVar[str] = "cart.refund_requested"

    refund_id: int
