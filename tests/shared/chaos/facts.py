from typing import ClassVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.session import transaction
from shared.events.bus import DomainFact

EXTRA_TABLES = (
    "CREATE TABLE effects (place bigserial PRIMARY KEY, plant text, leaf int)",
    "CREATE TABLE calls (plant text, leaf int)",
    # Two rows with the same id are refused at the commit only: after the ids of the facts were drawn.
    "CREATE TABLE late (id int, UNIQUE (id) DEFERRABLE INITIALLY DEFERRED)",
)


class Grown(DomainFact):
    name: ClassVar[str] = "chaos.grown"

    plant: str
    leaf: int

    def key(self) -> str:
        return self.plant


async def note_effect(session: AsyncSession, event: Grown) -> None:
    values = {"plant": event.plant, "leaf": event.leaf}
    await session.execute(text("INSERT INTO effects (plant, leaf) VALUES (:plant, :leaf)"), values)


async def call_outside(event: Grown) -> None:
    async with transaction() as session:
        values = {"plant": event.plant, "leaf": event.leaf}
        await session.execute(text("INSERT INTO calls (plant, leaf) VALUES (:plant, :leaf)"), values)
