from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.bus import DomainFact
from shared.models import KeyValue


class TractorHired(DomainFact):
    """The neighbours tell it. Their first version counted in days."""

    name: ClassVar[str] = "acme.tractor_hired"
    source: ClassVar[str] = "//acme.example/yard"
    version: ClassVar[int] = 2

    tractor: str
    hours: int


async def note_hire(session: AsyncSession, event: TractorHired) -> None:
    session.add(KeyValue(key=f"hire.{event.tractor}.{event.hours}", value=event.hours))
