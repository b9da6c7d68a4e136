"""SumUp's answers, read. Fields that we do not know are passed over; a status that we do not know decides nothing."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, Field, RootModel, ValidationError

from shared.browser.app.payments.money import to_minor
from shared.browser.app.payments.refusals import PaymentsUnavailable

CheckoutStatus = Literal["PENDING", "PAID", "FAILED", "EXPIRED"]

Amount = Annotated[Decimal, Field(ge=0, lt=10**12)]
Body = TypeVar("Body", bound=BaseModel)


@dataclass(frozen=True)
class Checkout:
    """`amount` is in minor units. FAILED is not the end: the payer may try again until the checkout expires."""

    id: str
    reference: str
    status: CheckoutStatus
    amount: int
    currency: str
    hosted_url: str | None
    transaction_id: str | None
    transaction_code: str | None


@dataclass(frozen=True)
class Transaction:
    """Amounts are in minor units. REFUNDED is said of a part as well: `refunded` tells how much."""

    id: str
    code: str
    status: str
    amount: int
    currency: str
    refunded: int


class CheckoutBody(BaseModel):
    id: str
    checkout_reference: str
    status: str
    amount: Amount
    currency: str
    hosted_checkout_url: str | None = None
    transaction_id: str | None = None
    transaction_code: str | None = None

    def read(self) -> Checkout:
        return Checkout(
            id=self.id,
            reference=self.checkout_reference,
            status=_known(self.status),
            amount=to_minor(self.amount, self.currency),
            currency=self.currency,
            hosted_url=self.hosted_checkout_url,
            transaction_id=self.transaction_id,
            transaction_code=self.transaction_code,
        )


class CheckoutList(RootModel[list[CheckoutBody]]):
    """What a search by reference answers."""


class EventBody(BaseModel):
    type: str | None = None
    status: str | None = None
    amount: Amount = Decimal(0)


class TransactionBody(BaseModel):
    id: str
    transaction_code: str
    status: str
    amount: Amount
    currency: str
    events: list[EventBody] = []

    def read(self) -> Transaction:
        return Transaction(
            id=self.id,
            code=self.transaction_code,
            status=self.status,
            amount=to_minor(self.amount, self.currency),
            currency=self.currency,
            refunded=to_minor(self._refunded(), self.currency),
        )

    def _refunded(self) -> Decimal:
        refunds = (event for event in self.events if event.type == "REFUND" and event.status != "FAILED")
        return sum((event.amount for event in refunds), Decimal(0))


class ErrorBody(BaseModel):
    """Whatever shape an error comes in, the code is in one of two places."""

    error_code: str | None = None
    title: str | None = None

    @classmethod
    def code(cls, content: bytes) -> str:
        try:
            body = cls.model_validate_json(content)
        except ValidationError:
            return ""
        return body.error_code or body.title or ""


def parse(kind: type[Body], content: bytes) -> Body:
    """Raises PaymentsUnavailable when the answer is not what it should be."""
    try:
        return kind.model_validate_json(content)
    except ValidationError as error:
        raise PaymentsUnavailable from error


def _known(status: str) -> CheckoutStatus:
    match status:
        case "PAID" | "FAILED" | "EXPIRED":
            return status
        case _:
            return "PENDING"
