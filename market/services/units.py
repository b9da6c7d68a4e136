"""Amounts as people say them, and prices that can be compared."""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from market.models.product import Unit

# How many of the unit make one of what prices are compared by (Price Marking Order 2004: the kilogram, the litre).
COMPARED: dict[str, tuple[Decimal, str]] = {
    Unit.GRAM: (Decimal(1000), "kg"),
    Unit.KILOGRAM: (Decimal(1), "kg"),
    Unit.MILLILITRE: (Decimal(1000), "litre"),
    Unit.LITRE: (Decimal(1), "litre"),
}
COUNTED: dict[str, tuple[str, str]] = {
    Unit.LITRE: ("litre", "litres"),
    Unit.BUNCH: ("bunch", "bunches"),
    Unit.LOAF: ("loaf", "loaves"),
    Unit.CAKE: ("whole cake", "whole cakes"),
    Unit.BOX: ("box", "boxes"),
    Unit.JAR: ("jar", "jars"),
    Unit.BOTTLE: ("bottle", "bottles"),
    Unit.BAG: ("bag", "bags"),
    Unit.DOZEN: ("dozen", "dozen"),
}


class UnitPrice(NamedTuple):
    """Minor units, and for what: "per kg", "per loaf", "each"."""

    price: int
    unit: str


# Lists ask for the same few hundred amounts again and again, and Decimal is slow.
@lru_cache(4096)
def price_per(price: int, measure: Decimal, unit: str) -> UnitPrice | None:
    """What a kilogram, a litre or one of several pieces costs; None when the price says it already."""
    factor, name = COMPARED.get(unit, (Decimal(1), unit))
    if measure * 1 == factor:
        return None
    one = (Decimal(price) * factor / measure).quantize(Decimal(1), ROUND_HALF_UP)
    return UnitPrice(int(one), "each" if unit == Unit.PIECE else f"per {COUNTED.get(name, (name, name))[0]}")


@lru_cache(4096)
def amount(measure: Decimal, unit: str) -> str:
    """As on a label: 500 g, 1.5 litres, 1 loaf, pack of 6. Nothing of a single piece: its name says it."""
    number = f"{measure.normalize():f}"
    if unit == Unit.PIECE:
        return "" if number == "1" else f"pack of {number}"
    one, many = COUNTED.get(unit, (unit, unit))
    return f"{number} {one if number == '1' else many}"
