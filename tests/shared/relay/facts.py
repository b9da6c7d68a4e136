from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import ClassVar

from shared.db.session import transaction
from shared.events.bus import DomainFact, emit_event


class LampLit(DomainFact):
    """Anybody may know that a lamp was lit, but not by whom."""

    name: ClassVar[str] = "tests.lamp_lit"
    public: ClassVar[bool] = True
    private: ClassVar[frozenset[str]] = frozenset({"who"})

    lamp: str
    turn: int
    who: str = "Ann"
    story: str = ""

    def key(self) -> str:
        return f"lamp:{self.lamp}"


class DoorShut(DomainFact):
    """Nobody's business."""

    name: ClassVar[str] = "tests.door_shut"


async def happen(*facts: DomainFact) -> None:
    async with transaction() as session:
        for fact in facts:
            emit_event(session, fact)


async def light(turns: Iterable[int], lamps: str = "abcde") -> None:
    """Each lamp once for each turn."""
    for turn in turns:
        await happen(*(LampLit(lamp=lamp, turn=turn) for lamp in lamps))


def first_of_each(messages: Iterable[tuple[str, Mapping[str, object]]]) -> dict[str, list[int]]:
    """What a reader sees that removes duplicates by id: the turns of each lamp in the order in which they came."""
    seen, found = set(), defaultdict(list)
    for event_id, data in messages:
        if event_id not in seen:
            seen.add(event_id)
            found[str(data["lamp"])].append(int(str(data["turn"])))
    return dict(found)
