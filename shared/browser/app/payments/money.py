"""Integer minor units inside, JSON numbers of major units at SumUp's border."""

from decimal import ROUND_HALF_EVEN, Decimal

_WITHOUT_MINOR_UNIT = frozenset({"CLP"})
"""ISO 4217, of the currencies SumUp takes."""


def exponent(currency: str) -> int:
    return 0 if currency in _WITHOUT_MINOR_UNIT else 2


def to_major(amount: int, currency: str) -> float:
    """The nearest binary number, which prints as the decimal one for anything below ten billion."""
    return float(Decimal(amount).scaleb(-exponent(currency)))


def to_minor(number: Decimal, currency: str) -> int:
    """Rounded: a JSON number on its way through floats may come back as 10.099999999999998."""
    return int(number.scaleb(exponent(currency)).to_integral_value(ROUND_HALF_EVEN))
