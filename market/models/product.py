from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, FetchedValue, ForeignKey, Index, Numeric, SmallInteger, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base, changed, created, pk


class Unit(StrEnum):
    """What a price is for one measure of."""

    GRAM = "g"
    KILOGRAM = "kg"
    MILLILITRE = "ml"
    LITRE = "l"
    PIECE = "piece"
    BUNCH = "bunch"
    LOAF = "loaf"
    CAKE = "cake"
    BOX = "box"
    JAR = "jar"
    BOTTLE = "bottle"
    BAG = "bag"
    DOZEN = "dozen"


class Product(Base):
    """One thing on sale. The counters move only in services/reservations.py and services/stock.py."""

    __tablename__ = "products"
    __table_args__ = (
        UniqueConstraint("source", "sku"),
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("vat_rate BETWEEN 0 AND 10000", name="vat_rate"),
        CheckConstraint("measure > 0", name="measure"),
        CheckConstraint("char_length(currency) = 3", name="currency"),
        CheckConstraint("on_hand >= 0", name="on_hand"),
        CheckConstraint("held >= 0 AND (on_demand OR held <= on_hand)", name="held"),
        CheckConstraint("sold >= 0", name="sold"),
        Index("ix_products_search", "search", postgresql_using="gin"),
        Index("ix_products_title_trgm", "title", postgresql_using="gin", postgresql_ops={"title": "gin_trgm_ops"}),
        Index("ix_products_labels", "labels", postgresql_using="gin"),
        Index("ix_products_shelf", "marketplace_id", "category_id", postgresql_where="is_published"),
    )

    id: Mapped[pk]
    marketplace_id: Mapped[int] = mapped_column(ForeignKey("marketplaces.id", ondelete="RESTRICT"))
    category_id: Mapped[int | None] = mapped_column(
        ForeignKey("product_categories.id", ondelete="SET NULL"), index=True
    )
    producer_id: Mapped[int | None] = mapped_column(ForeignKey("producers.id", ondelete="SET NULL"), index=True)
    title: Mapped[str] = mapped_column(String(160))
    slug: Mapped[str] = mapped_column(String(100), unique=True)
    description: Mapped[str] = mapped_column(default="")
    # Minor units, VAT included; VAT in basis points (2000 = 20%).
    price: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    vat_rate: Mapped[int] = mapped_column(SmallInteger, default=0)
    measure: Mapped[Decimal] = mapped_column(Numeric(10, 3), default=Decimal(1))
    unit: Mapped[str] = mapped_column(String(10), default=Unit.PIECE)
    image_url: Mapped[str | None] = mapped_column(String(500))
    illustration: Mapped[str | None] = mapped_column(String(80))
    on_hand: Mapped[int] = mapped_column(default=0)
    held: Mapped[int] = mapped_column(default=0)
    sold: Mapped[int] = mapped_column(default=0)
    on_demand: Mapped[bool] = mapped_column(default=False)
    allergens: Mapped[list[str]] = mapped_column(ARRAY(String(30)), default=list)
    labels: Mapped[list[str]] = mapped_column(ARRAY(String(30)), default=list)
    sku: Mapped[str | None] = mapped_column(String(80))
    source: Mapped[str | None] = mapped_column(String(80))
    is_published: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[created]
    changed_at: Mapped[changed]
    # Written by the database, which knows when a shelf or a producer is renamed: alembic/versions/0012_search.py.
    search: Mapped[str | None] = mapped_column(TSVECTOR, FetchedValue(), FetchedValue(for_update=True), deferred=True)
