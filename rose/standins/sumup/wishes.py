"""What a caller may ask for in a checkout: each field by its JSON name, its column, and its check."""

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from rose.standins.sumup import moments, money, refusals
from rose.standins.sumup.options import Options

PURPOSES = ("CHECKOUT", "SETUP_RECURRING_PAYMENT")
LONGEST_REFERENCE = 64
LONGEST_TEXT = 2048

Check = Callable[[str, Any, Options], Any]


def read_new(body: dict[str, Any], options: Options) -> dict[str, Any]:
    for name in ("checkout_reference", "amount", "currency", "merchant_code"):
        if body.get(name) is None:
            raise refusals.missing(name)
    if body["merchant_code"] != options.merchant_code:
        raise refusals.forbidden()
    return _read(body, options, {**CHANGEABLE, **FIXED})


def read_change(body: dict[str, Any], options: Options) -> dict[str, Any]:
    return _read(body, options, CHANGEABLE)


def _read(body: dict[str, Any], options: Options, fields: dict[str, tuple[str, Check]]) -> dict[str, Any]:
    """A null is the same as nothing."""
    return {
        column: check(name, body[name], options)
        for name, (column, check) in fields.items()
        if body.get(name) is not None
    }


def _text(name: str, value: Any, _: Options) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_TEXT:
        raise refusals.invalid(name, "expected a text")
    return value


def _reference(name: str, value: Any, options: Options) -> str:
    text = _text(name, value, options)
    if len(text) > LONGEST_REFERENCE:
        raise refusals.invalid(name, f"longer than {LONGEST_REFERENCE} characters")
    return text


def _amount(name: str, value: Any, options: Options) -> int:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise refusals.invalid(name, "expected a number")
    amount = money.minor(value, options.currency)
    if amount is None:
        raise refusals.invalid(name, "must be positive and fit the currency")
    return amount


def _currency(name: str, value: Any, options: Options) -> str:
    if value != options.currency:
        raise refusals.invalid(name, "not the currency of this merchant")
    return options.currency


def _purpose(name: str, value: Any, _: Options) -> str:
    if value not in PURPOSES:
        raise refusals.invalid(name, f"expected one of {', '.join(PURPOSES)}")
    return str(value)


def _url(name: str, value: Any, options: Options) -> str:
    text = _text(name, value, options)
    try:
        parts = urlsplit(text)
    except ValueError:
        raise refusals.invalid(name, "expected a URL") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise refusals.invalid(name, "expected a URL")
    return text


def _future(name: str, value: Any, options: Options) -> float:
    try:
        moment = moments.seconds(_text(name, value, options))
    except (ValueError, OverflowError):
        raise refusals.invalid(name, "expected a time in ISO 8601") from None
    if moment <= time.time():
        raise refusals.invalid(name, "is in the past")
    return moment


def _hosted(name: str, value: Any, _: Options) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("enabled"), bool):
        raise refusals.invalid(f"{name}.enabled", "expected true or false")
    return bool(value["enabled"])


CHANGEABLE: dict[str, tuple[str, Check]] = {
    "checkout_reference": ("reference", _reference),
    "amount": ("amount", _amount),
    "currency": ("currency", _currency),
    "description": ("description", _text),
    "customer_id": ("customer_id", _text),
    "valid_until": ("valid_until", _future),
}
FIXED: dict[str, tuple[str, Check]] = {
    "purpose": ("purpose", _purpose),
    "redirect_url": ("redirect_url", _url),
    "return_url": ("return_url", _url),
    "hosted_checkout": ("hosted", _hosted),
}
