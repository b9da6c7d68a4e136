from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column


class Snapshot:
    """Mixin: what the owner of a thing promised: never read again from the owner to show it.

    Money in minor units with VAT included; `vat_rate` in basis points (2000 = 20%).
    """

    kind: Mapped[str] = mapped_column(String(10))
    item_id: Mapped[int] = mapped_column(BigInteger)
    hold_id: Mapped[str | None] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(300))
    detail: Mapped[str | None] = mapped_column(String(300))
    unit_price: Mapped[int]
    vat_rate: Mapped[int] = mapped_column(default=0)
    quantity: Mapped[int]
    url: Mapped[str] = mapped_column(String(500), default="")
    image_url: Mapped[str | None] = mapped_column(String(500))
    container_type: Mapped[str | None] = mapped_column(String(20))
    container_id: Mapped[int | None] = mapped_column(BigInteger)

    @property
    def total(self) -> int:
        return self.unit_price * self.quantity

    @property
    def vat(self) -> int:
        """The part of the total that is VAT, rounded to the nearest minor unit."""
        return round(self.total * self.vat_rate / (10_000 + self.vat_rate))
