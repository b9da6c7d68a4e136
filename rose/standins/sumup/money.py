"""Minor units inside, JSON numbers of major units outside."""

from decimal import Decimal, InvalidOperation

SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$"}
LARGEST = 10**10
PRECISION = 15


def exponent(currency: str) -> int:
    """ISO 4217: of SumUp's currencies only the Chilean peso has no minor unit."""
    return 0 if currency == "CLP" else 2


def minor(amount: Decimal | int, currency: str) -> int | None:
    """None for what no card can pay: nothing, less than nothing, fractions of a penny."""
    value = Decimal(amount)
    if not 0 < value < LARGEST or len(value.as_tuple().digits) > PRECISION:
        return None
    scaled = value.scaleb(exponent(currency))
    return int(scaled) if scaled == scaled.to_integral_value() else None


def read(text: str, currency: str) -> int | None:
    """Minor units from a query string."""
    try:
        return minor(Decimal(text), currency)
    except InvalidOperation:
        return None


def major(amount: int, currency: str) -> float:
    return float(_decimal(amount, currency))


def plain(amount: int, currency: str) -> str:
    """As in receipts: 10.10."""
    return str(_decimal(amount, currency))


def shown(amount: int, currency: str) -> str:
    """As people read it: £10.10."""
    text = f"{_decimal(amount, currency):,}"
    return f"{SYMBOLS[currency]}{text}" if currency in SYMBOLS else f"{text} {currency}"


def _decimal(amount: int, currency: str) -> Decimal:
    return Decimal(amount).scaleb(-exponent(currency))
