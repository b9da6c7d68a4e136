"""Where the relay pours public events: any broker that can say what it has stored."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from shared.events.relay.message import Message


class BrokerAway(Exception):
    """It does not answer, or takes nothing just now. Nobody knows what of the last messages it stored."""


class Refused(Exception):
    """The broker will never take this message as it is."""


class Refusal(NamedTuple):
    place: int  # among the messages sent since the last settle()
    reason: Exception | None  # None: never tried, since an earlier one of its key was refused


class Sink(Protocol):
    """Used by one task. After BrokerAway it is closed and opened again, and everything since settle() sent once more:
    in the same order, so that what is stored first of each message is in order for each key.
    """

    name: str

    async def open(self) -> None:
        """Connect, and make what is missing at the other end. Raises BrokerAway."""

    async def send(self, message: Message) -> None:
        """Hand over; may wait for room. Raises Refused or BrokerAway."""

    async def settle(self) -> Sequence[Refusal]:
        """Wait until all that was sent since the last time is stored, but what was refused. Raises BrokerAway."""

    async def aclose(self) -> None:
        """Never raises."""
