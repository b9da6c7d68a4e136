"""What happened, and who reacts. `emit_event` writes in the caller's transaction; nothing is sent from here."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import uuid4

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.wakeup import wake_after_commit
from shared.models import DomainEvent


class DomainFact(BaseModel):
    """A fact in the past tense. Payloads hold ids and plain values, and only ever gain optional fields."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: ClassVar[str]
    version: ClassVar[int] = 1

    def key(self) -> str | None:
        """The thing it happened to: facts with one key keep their order."""
        return None

    @classmethod
    def publisher(cls) -> str:
        """The app that emits it: the first word of its name."""
        return cls.name.split(".", 1)[0]


Handler = Callable[..., Awaitable[None]]


@dataclass(frozen=True)
class Registration:
    """One line of the glue: when this happens, that app does this."""

    fact: type[DomainFact]
    handler: Handler
    consumer: str

    @property
    def name(self) -> str:
        return f"{self.consumer}.{self.handler.__name__}"

    @property
    def takes_session(self) -> bool:
        """Handlers with a session run in the cursor's transaction; the others may call the outside."""
        return "session" in inspect.signature(self.handler).parameters


_registrations: dict[str, Registration] = {}


def emit_event(session: AsyncSession, fact: DomainFact) -> None:
    """Told to every handler once this transaction has committed, and never if it does not."""
    session.add(
        DomainEvent(
            event_id=uuid4(),
            type=fact.name,
            version=fact.version,
            source=fact.publisher(),
            key=fact.key(),
            payload=fact.model_dump(mode="json"),
        )
    )
    wake_after_commit(session)


def register_handler(fact: type[DomainFact], handler: Handler, *, consumer: str | None = None) -> None:
    """`handler(session, event)` takes effect exactly once; `handler(event)` is called at least once.

    The consumer is the app whose package the handler stands in, unless another one is named.
    """
    registration = Registration(fact, handler, consumer or handler.__module__.split(".", 1)[0])
    _registrations[f"{fact.name} {registration.name}"] = registration


def registrations(consumer: str | None = None) -> list[Registration]:
    """The glue handler registry, of one app or of all that were created in this process."""
    found = [r for r in _registrations.values() if consumer in {None, r.consumer}]
    return sorted(found, key=lambda r: (r.fact.name, r.name))


def parse(registration: Registration, event: DomainEvent | Any) -> DomainFact:
    return registration.fact.model_validate(event.payload)
