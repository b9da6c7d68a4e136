"""What can go wrong with a payment, said to the person who pays or the treasurer who refunds."""

from shared.errors import Conflict, NotFound, Unavailable


class PaymentsUnavailable(Unavailable):
    """Whether SumUp did what it was asked is not known, unless it is PaymentsUnreachable."""

    message = "The payment service does not answer just now. Please try again in a moment."


class PaymentsUnreachable(PaymentsUnavailable):
    """Nothing was sent, so nothing was done."""


class PaymentUnknown(NotFound):
    message = "The payment service does not know this payment."


class CheckoutDiffers(Conflict):
    """A checkout has our reference, but not our amount or currency: it must not be paid."""

    message = "This payment was already started with another amount. Please place the order again."


class RefundRefused(Conflict):
    message = "SumUp does not refund this payment by that amount: it may have been refunded already."


class BalanceTooLow(RefundRefused):
    message = "There is not enough money in the SumUp account for this refund yet."
