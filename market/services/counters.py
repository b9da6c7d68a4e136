"""Stock: `on_hand` is on the shelf, `held` is the part of it that orders wait to pay for, `sold` has gone.

One conditional UPDATE moves them, after the rows were locked in id order; nothing else may change them.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Integer, Row, and_, case, column, or_, select, update, values
from sqlalchemy.ext.asyncio import AsyncSession

from market.models import Product
from market.services.changes import products_changed

# From this many on, pages say how many are left.
LOW = 5


class Move(NamedTuple):
    """What to add to a product's counters, and how many must be free for it."""

    product_id: int
    on_hand: int = 0
    held: int = 0
    sold: int = 0
    need: int = 0


async def lock(session: AsyncSession, product_ids: Iterable[int]) -> Sequence[Row[Any]]:
    """The rows in id order, ours until the transaction ends. Ids that are gone are missing from the answer."""
    found = await session.execute(
        select(Product.id, Product.title, Product.price, Product.vat_rate, Product.is_published, left())
        .where(Product.id.in_(sorted(product_ids)))
        .order_by(Product.id)
        .with_for_update(key_share=True)
    )
    return found.all()


def left() -> Any:
    """How many can still be ordered; None means as many as anybody wants."""
    return case((Product.on_demand, None), else_=Product.on_hand - Product.held).label("left")


def sold_out() -> ColumnElement[bool]:
    return and_(Product.on_demand.is_(False), Product.on_hand <= Product.held)


async def move(session: AsyncSession, moves: Sequence[Move]) -> set[int]:
    """Moves each product that has enough and answers their ids; the others are left as they were.

    What is made on demand has no shelf: its `on_hand` stays.
    """
    if not moves:
        return set()
    names = ("id", "on_hand", "held", "sold", "need")
    table = values(*(column(name, BigInteger if name == "id" else Integer) for name in names), name="moves")
    by = table.data([tuple(entry) for entry in moves]).alias("by")
    found = await session.execute(
        update(Product)
        .where(Product.id == by.c.id, or_(Product.on_demand, Product.on_hand - Product.held >= by.c.need))
        .values(
            on_hand=Product.on_hand + case((Product.on_demand, 0), else_=by.c.on_hand),
            held=Product.held + by.c.held,
            sold=Product.sold + by.c.sold,
        )
        .returning(Product.id, Product.slug, left())
        .execution_options(synchronize_session=False)
    )
    rows = found.all()
    _tell(session, rows, moves)
    return {row.id for row in rows}


def _tell(session: AsyncSession, rows: Sequence[Row[Any]], moves: Sequence[Move]) -> None:
    freed = {entry.product_id: entry.on_hand - entry.held for entry in moves}
    lowest = [min(row.left, row.left - freed[row.id]) for row in rows if row.left is not None]
    products_changed(session, [row.slug for row in rows], lists=any(count <= LOW for count in lowest))
