from datetime import date
from typing import Any

from quart import Blueprint, request

from rose.standins.sumup import money, payouts, refusals
from rose.standins.sumup.gate import own_merchant
from rose.standins.sumup.standin import here

bp = Blueprint("merchants", __name__)

SINCE = "2024-01-01T00:00:00+00:00"


@bp.get("/v1/merchants/<merchant_code>")
async def show(merchant_code: str) -> dict[str, Any]:
    own_merchant(merchant_code)
    options = here().options
    return {
        "merchant_code": options.merchant_code,
        "alias": options.merchant_name,
        "country": "GB",
        "default_currency": options.currency,
        "default_locale": "en-GB",
        "sandbox": True,
        "created_at": SINCE,
        "updated_at": SINCE,
    }


@bp.get("/v0.1/merchants/<merchant_code>/payment-methods")
async def payment_methods(merchant_code: str) -> dict[str, Any]:
    """Cards, for what the merchant's currency can express; nothing for another currency."""
    own_merchant(merchant_code)
    currency = here().options.currency
    _check_amount(request.args.get("amount"), currency)
    takes = request.args.get("currency", currency) == currency
    return {"available_payment_methods": [{"id": "card"}] if takes else []}


@bp.get("/v1.0/merchants/<merchant_code>/payouts")
async def payouts_index(merchant_code: str) -> list[dict[str, Any]]:
    own_merchant(merchant_code)
    entries = payouts.list_between(here().db, _day("start_date"), _day("end_date"))
    return entries[::-1] if request.args.get("order") == "desc" else entries


def _check_amount(text: str | None, currency: str) -> None:
    if text is not None and money.read(text, currency) is None:
        raise refusals.constraint("amount", "must be positive and fit the currency")


def _day(name: str) -> str:
    text = request.args.get(name)
    if text is None:
        raise refusals.missing(name)
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise refusals.invalid(name, "expected a day like 2026-01-31") from None
