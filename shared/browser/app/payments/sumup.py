"""SumUp behind four verbs: create a checkout, look at it, deactivate it, refund.

No answer here is ever proof by itself for a browser or a webhook: ask for the checkout, and compare.
Each call raises PaymentsUnavailable when SumUp does not answer; never call with a transaction open.
"""

from datetime import datetime
from typing import Any

import httpx

from shared.browser.app.payments.money import to_major
from shared.browser.app.payments.refusals import (
    BalanceTooLow,
    CheckoutDiffers,
    PaymentsUnavailable,
    PaymentsUnreachable,
    PaymentUnknown,
    RefundRefused,
)
from shared.browser.app.payments.replies import (
    Checkout,
    CheckoutBody,
    CheckoutList,
    CheckoutStatus,
    ErrorBody,
    Transaction,
    TransactionBody,
    parse,
)
from shared.browser.app.payments.webhooks import SIGNATURE, parse_webhook, verify_signature
from shared.browser.app.payments.wire import Wire, log, segment

__all__ = [
    "SIGNATURE",
    "BalanceTooLow",
    "Checkout",
    "CheckoutDiffers",
    "CheckoutStatus",
    "PaymentUnknown",
    "PaymentsUnavailable",
    "PaymentsUnreachable",
    "RefundRefused",
    "SumUp",
    "Transaction",
    "parse_webhook",
    "verify_signature",
]


class SumUp:
    """One a process: it holds the connections. A client that is handed in is closed with it."""

    def __init__(
        self, *, api_key: str, merchant_code: str, base_url: str, client: httpx.AsyncClient | None = None
    ) -> None:
        self.merchant_code = merchant_code
        self._wire = Wire(api_key, base_url, client)

    async def create_checkout(  # noqa: PLR0913  # the fields of one checkout
        self,
        *,
        reference: str,
        amount: int,
        currency: str,
        description: str,
        redirect_url: str,
        return_url: str | None,
        valid_until: datetime,
    ) -> Checkout:
        """The reference (at most 64 characters) is the idempotency key: store it before calling.

        When SumUp already has it, or does not say, that checkout is adopted, in whatever state it is; raises
        CheckoutDiffers when it asks for another amount, PaymentsUnavailable when nobody can tell.
        """
        wanted: dict[str, Any] = {
            "checkout_reference": reference,
            "amount": to_major(amount, currency),
            "currency": currency,
            "merchant_code": self.merchant_code,
            "description": description,
            "redirect_url": redirect_url,
            "valid_until": valid_until.isoformat(),
            "hosted_checkout": {"enabled": True},
        }
        if return_url is not None:
            wanted["return_url"] = return_url
        checkout = await self._create_or_adopt(reference, wanted)
        if (checkout.reference, checkout.amount, checkout.currency) != (reference, amount, currency):
            raise CheckoutDiffers
        return checkout

    async def get_checkout(self, checkout_id: str) -> Checkout:
        """Raises PaymentUnknown."""
        response = await self._wire.ask(f"/v0.1/checkouts/{segment(checkout_id)}")
        return _read_checkout(response)

    async def find_checkout(self, reference: str) -> Checkout | None:
        response = await self._wire.ask("/v0.1/checkouts", checkout_reference=reference)
        if response.status_code != httpx.codes.OK:
            raise PaymentsUnavailable
        found = (body.read() for body in parse(CheckoutList, response.content).root)
        return next((checkout for checkout in found if checkout.reference == reference), None)

    async def deactivate(self, checkout_id: str) -> Checkout:
        """After this nobody can pay any more, unless somebody already has: then the PAID checkout comes back."""
        response = await self._wire.tell("DELETE", f"/v0.1/checkouts/{segment(checkout_id)}")
        if response.status_code == httpx.codes.CONFLICT:
            return await self.get_checkout(checkout_id)
        return _read_checkout(response)

    async def refund(self, transaction_id: str, amount: int | None = None) -> None:
        """`amount` in minor units of the payment's own currency; None is all that is left.

        Raises RefundRefused. After PaymentsUnavailable look at `transaction(…).refunded` before trying again:
        SumUp knows no idempotency key for refunds.
        """
        body = {} if amount is None else {"amount": await self._in_its_currency(transaction_id, amount)}
        path = f"/v1.0/merchants/{segment(self.merchant_code)}/payments/{segment(transaction_id)}/refunds"
        response = await self._wire.tell("POST", path, body)
        if response.is_success:
            return
        code = ErrorBody.code(response.content)
        log.warning("sumup_refund_refused", status=response.status_code, code=code)
        raise BalanceTooLow if code == "NOT_ENOUGH_BALANCE" else RefundRefused

    async def transaction(self, transaction_id: str) -> Transaction:
        """Raises PaymentUnknown, also for a while after a payment succeeded: ask again later."""
        path = f"/v2.1/merchants/{segment(self.merchant_code)}/transactions"
        response = await self._wire.ask(path, id=transaction_id)
        _refuse_unknown(response)
        return parse(TransactionBody, response.content).read()

    async def aclose(self) -> None:
        await self._wire.aclose()

    async def _create_or_adopt(self, reference: str, wanted: dict[str, object]) -> Checkout:
        try:
            response = await self._wire.tell("POST", "/v0.1/checkouts", wanted)
        except PaymentsUnreachable:
            raise
        except PaymentsUnavailable:
            return await self._adopt(reference)
        if response.status_code == httpx.codes.CONFLICT:
            return await self._adopt(reference)
        return _read_checkout(response)

    async def _adopt(self, reference: str) -> Checkout:
        found = await self.find_checkout(reference)
        if found is None:
            raise PaymentsUnavailable
        return found

    async def _in_its_currency(self, transaction_id: str, amount: int) -> float:
        return to_major(amount, (await self.transaction(transaction_id)).currency)


def _read_checkout(response: httpx.Response) -> Checkout:
    _refuse_unknown(response)
    return parse(CheckoutBody, response.content).read()


def _refuse_unknown(response: httpx.Response) -> None:
    if response.status_code == httpx.codes.NOT_FOUND:
        raise PaymentUnknown
    if not response.is_success:
        log.error("sumup_refused", status=response.status_code, code=ErrorBody.code(response.content))
        raise PaymentsUnavailable
