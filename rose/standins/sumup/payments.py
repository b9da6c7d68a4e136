"""What happens on the payment page: a card pays, is declined, or its bank wants to be asked first."""

from rose.standins.sumup import cards, checkouts, deliveries, refusals, transactions
from rose.standins.sumup.cards import Card
from rose.standins.sumup.checkouts import Checkout
from rose.standins.sumup.standin import StandIn
from rose.standins.sumup.state import writing
from rose.standins.sumup.transactions import Transaction


def charge(standin: StandIn, checkout: Checkout, card: Card) -> Transaction:
    """A transaction that comes back PENDING waits for the payer to answer the bank."""
    if not checkout.open:
        raise refusals.processed()
    with writing(standin.db):
        attempt = transactions.add(standin.db, checkout, card, "PENDING")
        if card.outcome == "asks":
            return attempt
        return _finish(standin, checkout, attempt, paid=cards.succeeds(card, checkout.amount))


def answer_bank(standin: StandIn, checkout: Checkout, attempt: Transaction, *, approved: bool) -> Transaction:
    if not checkout.open or attempt.status != "PENDING":
        raise refusals.processed()
    paid = approved and checkout.amount not in cards.FAILING_AMOUNTS
    with writing(standin.db):
        return _finish(standin, checkout, attempt, paid=paid)


def _finish(standin: StandIn, checkout: Checkout, attempt: Transaction, *, paid: bool) -> Transaction:
    settled = transactions.settle(standin.db, attempt, "SUCCESSFUL" if paid else "FAILED")
    checkouts.settle(standin.db, checkout, "PAID" if paid else "FAILED")
    deliveries.add(standin, checkout)
    return settled
