"""Types for forms: what people type, as what the rules count in."""

import re
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic.networks import validate_email


def parse_money(typed: Any) -> Any:
    """350 minor units for 3.50, £3.50 or 3,50. ValueError says what was expected."""
    if not isinstance(typed, str):
        return typed
    try:
        amount = Decimal(re.sub(r"[^\d.,-]", "", typed).replace(",", "."))
        exact = amount == round(amount, 2)
    except InvalidOperation:
        raise ValueError("must be an amount of money, like 3.50") from None
    if not exact:
        raise ValueError("must be an amount with no more than two decimals, like 3.50")
    return int(amount * 100)


def small_number(typed: str) -> int:
    """For `args.get(name, default, type=small_number)`: nine digits at most. ValueError: take the default."""
    if not re.fullmatch(r"[0-9]{1,9}", typed):
        raise ValueError(typed)
    return int(typed)


def small_numbers(typed: str, *, most: int = 200) -> list[int]:
    """Of `1,2,3` those that are small numbers."""
    return [int(word) for word in typed.split(",")[:most] if re.fullmatch(r"[0-9]{1,9}", word)]


def _address(value: str) -> str:
    try:
        return validate_email(value)[1].lower()
    except ValueError:
        raise ValueError("must be an email address, like name@example.com") from None


Money = Annotated[int, BeforeValidator(parse_money), Field(ge=0, le=100_000_000)]
Email = Annotated[str, Field(max_length=254), AfterValidator(_address)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Id = Annotated[int, Field(ge=0, lt=2**63)]
Quantity = Annotated[int, Field(ge=1, le=999)]
Wanted = Annotated[int, Field(ge=1)]
"""What a visitor asks for. Whoever has the things says how many there are: a bound here would name another number."""
