"""What happened, and who reacts. `emit_event` writes in the caller's transaction; nothing is sent from here."""

import inspect
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from shared.events import outbox, trace
from shared.events.pending import Pending, new_id


class DomainFact(BaseModel):
    """A fact in the past tense. Payloads hold ids and plain values, and only ever gain optional fields."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: ClassVar[str]
    version: ClassVar[int] = 1
    # Leaves the house, when there is a relay: from then on it is a contract with strangers.
    public: ClassVar[bool] = False
    # Fields of a public fact that stay here all the same: secrets, and what is personal.
    private: ClassVar[frozenset[str]] = frozenset()
    # For a fact that strangers tell and the inbox takes: the CloudEvents `source` it carries.
    source: ClassVar[str | None] = None

    def key(self) -> str | None:
        """The thing it happened to: ordered handlers get the facts of one key one after another."""
        return None

    @classmethod
    def publisher(cls) -> str:
        """The app that emits it: the first word of its name."""
        return cls.name.split(".", 1)[0]


def public_facts() -> dict[str, type[DomainFact]]:
    """What may leave the house, by name, of all facts whose modules were imported."""
    return {fact.name: fact for fact in _descendants(DomainFact) if fact.public}


def outside_facts() -> dict[str, type[DomainFact]]:
    """What the inbox takes, by name, of all facts whose modules were imported."""
    return {fact.name: fact for fact in _descendants(DomainFact) if fact.source}


def _descendants(fact: type[DomainFact]) -> Iterator[type[DomainFact]]:
    for child in fact.__subclasses__():
        yield child
        yield from _descendants(child)


Handler = Callable[..., Awaitable[None]]


@dataclass(frozen=True)
class Registration:
    """One line of the glue: when this happens, that app does this."""

    fact: type[DomainFact]
    handler: Handler
    consumer: str
    takes_session: bool
    ordered: bool

    @property
    def name(self) -> str:
        return f"{self.consumer}.{self.handler.__name__}"

    @property
    def lane(self) -> str:
        """Handlers with a session run in the cursor's transaction; the others may call the outside."""
        return "inside" if self.takes_session else "outside"


_registrations: dict[str, Registration] = {}


class NameTaken(ValueError):
    """Two things of one name: the second would silently take the place of the first."""


class NoMoment(ValueError):
    """A time without its zone: nobody knows when that is."""


def emit_event(session: AsyncSession, fact: DomainFact, *, at: datetime | None = None) -> None:
    """Told to every handler once this transaction has committed, and never if it does not.

    `at` (aware) lets it happen later: within ten seconds after that moment, when a processor runs.
    Raises WroteWhileReading in a session that may only read, NoMoment when `at` has no zone.
    """
    if at is not None and at.utcoffset() is None:
        raise NoMoment(at)
    pending = Pending(
        new_id(),
        fact.name,
        fact.version,
        fact.publisher(),
        fact.key(),
        fact.model_dump_json(),
        trace.meta(),
        at,
    )
    outbox.put(session.sync_session, pending)


def register_handler(
    fact: type[DomainFact], handler: Handler, *, consumer: str | None = None, ordered: bool = True
) -> None:
    """`handler(session, event)` takes effect exactly once; `handler(event)` is called at least once.

    The consumer is the app whose package the handler stands in, unless another one is named. An ordered handler
    gets the facts of one key in order: after a failure, the later ones wait. With `ordered=False` one
    without a session gets every fact as soon as it is seen.

    Again with the same handler is no harm. Raises NameTaken when another one of its name hears of this fact.
    """
    takes_session = "session" in inspect.signature(handler).parameters
    owner = consumer or handler.__module__.split(".", 1)[0]
    registration = Registration(fact, handler, owner, takes_session, ordered)
    known = _registrations.setdefault(place := f"{fact.name} {registration.name}", registration)
    if known.handler != handler:
        raise NameTaken(place)
    _registrations[place] = registration


def registrations(consumer: str | None = None) -> list[Registration]:
    """The glue handler registry, of one app or of all that were created in this process."""
    found = [r for r in _registrations.values() if consumer in {None, r.consumer}]
    return sorted(found, key=lambda r: (r.fact.name, r.name))
