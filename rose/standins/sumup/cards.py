"""SumUp's published test cards, and the amounts that always fail. Real cards are refused, never kept."""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["pays", "asks", "fails"]

FAILING_AMOUNTS = (4201, 4276, 4291)


@dataclass(frozen=True)
class Card:
    number: str
    kind: str
    outcome: Outcome
    label: str

    @property
    def last_4(self) -> str:
        return self.number[-4:]

    @property
    def grouped(self) -> str:
        return " ".join(self.number[at : at + 4] for at in range(0, len(self.number), 4))


CARDS = (
    Card("4200000000000091", "VISA", "pays", "Pays"),
    Card("4200000000000042", "VISA", "asks", "Asks the bank (3-D Secure)"),
    Card("4532497088771651", "VISA", "fails", "Is declined"),
    Card("5200000000000007", "MASTERCARD", "pays", "Pays"),
    Card("5200000000000015", "MASTERCARD", "asks", "Asks the bank (3-D Secure)"),
    Card("4200000000000109", "VISA", "pays", "Pays, bank checks quietly"),
    Card("4012001037461114", "VISA", "fails", "Is declined"),
    Card("4012001037141112", "VISA", "fails", "Is declined"),
)
OFFERED = CARDS[:3]
"""One tap away on the payment page: the three things that can happen."""

_BY_NUMBER = {card.number: card for card in CARDS}


def find(number: str) -> Card | None:
    return _BY_NUMBER.get("".join(character for character in number if character.isdigit()))


def succeeds(card: Card, amount: int) -> bool:
    return card.outcome != "fails" and amount not in FAILING_AMOUNTS
