"""How checkouts and transactions look in JSON. Field names and what is left out follow SumUp's answers."""

from typing import Any

from rose.standins.sumup import moments, money, transactions
from rose.standins.sumup.checkouts import Checkout
from rose.standins.sumup.standin import StandIn
from rose.standins.sumup.transactions import Refund, Transaction


def checkout(standin: StandIn, checkout: Checkout) -> dict[str, Any]:
    attempts = transactions.list_of(standin.db, checkout)
    paid = next((attempt for attempt in attempts if attempt.status in ("SUCCESSFUL", "REFUNDED")), None)
    shape = {
        "id": checkout.id,
        "checkout_reference": checkout.reference,
        "checkout_type": "checkout",
        "amount": money.major(checkout.amount, checkout.currency),
        "currency": checkout.currency,
        "purpose": checkout.purpose,
        "status": checkout.status,
        "date": moments.iso(checkout.created_at),
        "valid_until": moments.iso(checkout.valid_until) if checkout.valid_until else None,
        "description": checkout.description,
        "redirect_url": checkout.redirect_url,
        "return_url": checkout.return_url,
        "customer_id": checkout.customer_id,
        "hosted_checkout": {"enabled": True} if checkout.hosted else None,
        "hosted_checkout_url": standin.options.page(checkout.id) if checkout.hosted else None,
        "transaction_id": paid.id if paid else None,
        "transaction_code": paid.code if paid else None,
        "transactions": [_attempt(standin, attempt) for attempt in attempts],
        **_merchant(standin),
    }
    return {name: value for name, value in shape.items() if value is not None}


def transaction(standin: StandIn, transaction: Transaction) -> dict[str, Any]:
    refunds = transactions.list_refunds(standin.db, transaction)
    return {
        **_attempt(standin, transaction),
        "simple_status": transaction.status,
        "simple_payment_type": "CC_CUSTOMER_ENTERED",
        "verification_method": "none",
        "card": {"type": transaction.card_type, "last_4_digits": transaction.last_4},
        "payout_plan": "SINGLE_PAYMENT",
        "payout_type": "BANK_ACCOUNT",
        "payouts_total": 1,
        "payouts_received": 0,
        "events": [_event(refund, transaction) for refund in refunds],
        "transaction_events": [_transaction_event(refund, transaction) for refund in refunds],
        "links": _links(standin, transaction, sum(refund.amount for refund in refunds)),
    }


def history_entry(standin: StandIn, transaction: Transaction) -> dict[str, Any]:
    return {
        "id": transaction.id,
        "transaction_id": transaction.id,
        "transaction_code": transaction.code,
        "amount": money.major(transaction.amount, transaction.currency),
        "refunded_amount": money.major(transactions.refunded(standin.db, transaction), transaction.currency),
        "currency": transaction.currency,
        "status": transaction.status,
        "timestamp": moments.iso(transaction.created_at),
        "type": "PAYMENT",
        "payment_type": "ECOM",
        "card_type": transaction.card_type,
        "installments_count": 1,
        "payouts_total": 1,
        "payouts_received": 0,
    }


def receipt(standin: StandIn, transaction: Transaction) -> dict[str, Any]:
    amount = money.plain(transaction.amount, transaction.currency)
    zero = money.plain(0, transaction.currency)
    return {
        "transaction_data": {
            **_attempt(standin, transaction),
            "transaction_id": transaction.id,
            "receipt_no": f"S{transaction.seq:08}",
            "amount": amount,
            "vat_amount": zero,
            "tip_amount": zero,
            "card": {"type": transaction.card_type, "last_4_digits": transaction.last_4},
            "events": [
                {**_event(refund, transaction), "amount": money.plain(refund.amount, transaction.currency)}
                for refund in transactions.list_refunds(standin.db, transaction)
            ],
        },
        "merchant_data": {
            "merchant_profile": {
                "merchant_code": standin.options.merchant_code,
                "business_name": standin.options.merchant_name,
            },
            "locale": "en-GB",
        },
        "acquirer_data": {"authorization_code": transaction.auth_code, "return_code": "00"},
    }


def _merchant(standin: StandIn) -> dict[str, Any]:
    return {
        "merchant_code": standin.options.merchant_code,
        "merchant_name": standin.options.merchant_name,
        "merchant_country": "GB",
        "merchant_sandbox": True,
    }


def _attempt(standin: StandIn, attempt: Transaction) -> dict[str, Any]:
    return {
        "id": attempt.id,
        "transaction_code": attempt.code,
        "amount": money.major(attempt.amount, attempt.currency),
        "currency": attempt.currency,
        "status": attempt.status,
        "timestamp": moments.iso(attempt.created_at),
        "payment_type": "ECOM",
        "entry_mode": "CUSTOMER_ENTRY",
        "installments_count": 1,
        "merchant_code": standin.options.merchant_code,
        "auth_code": attempt.auth_code,
        "tip_amount": 0,
        "vat_amount": 0,
    }


def _event(refund: Refund, transaction: Transaction) -> dict[str, Any]:
    return {
        "id": refund.id,
        "transaction_id": transaction.id,
        "type": "REFUND",
        "status": "REFUNDED",
        "amount": money.major(refund.amount, transaction.currency),
        "timestamp": moments.iso(refund.created_at),
    }


def _transaction_event(refund: Refund, transaction: Transaction) -> dict[str, Any]:
    return {
        "id": refund.id,
        "event_type": "REFUND",
        "status": "REFUNDED",
        "amount": money.major(refund.amount, transaction.currency),
        "date": moments.day(refund.created_at),
        "timestamp": moments.iso(refund.created_at),
    }


def _links(standin: StandIn, transaction: Transaction, returned: int) -> list[dict[str, Any]]:
    left = transaction.amount - returned
    if transaction.status not in ("SUCCESSFUL", "REFUNDED") or left == 0:
        return []
    path = f"/v1.0/merchants/{standin.options.merchant_code}/payments/{transaction.id}/refunds"
    url = f"{standin.options.public_url.rstrip('/')}{path}"
    least = money.major(1, transaction.currency)
    return [
        {
            "rel": "refund",
            "href": url,
            "min_amount": least,
            "max_amount": money.major(left, transaction.currency),
        }
    ]
