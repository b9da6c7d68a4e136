"""What somebody typed into the card form, or which test card they tapped."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rose.standins.sumup import cards
from rose.standins.sumup.cards import Card


@dataclass(frozen=True)
class Entry:
    """A card, or what to say beside which field. Only the name is shown again; a number never is."""

    card: Card | None
    errors: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)


def read_entry(form: Mapping[str, str]) -> Entry:
    if tapped := form.get("test_card"):
        return Entry(cards.find(tapped))
    card = cards.find(form.get("number", ""))
    problems = {
        "number": None if card else "Only the test cards work here. Please never type a real card.",
        "expiry": _expiry_problem(form.get("expiry", "")),
        "code": None if re.fullmatch(r"\d{3,4}", form.get("code", "").strip()) else "Three or four digits.",
    }
    errors = {name: problem for name, problem in problems.items() if problem}
    return Entry(None if errors else card, errors, {"name": form.get("name", "")[:200]})


def _expiry_problem(text: str) -> str | None:
    found = re.fullmatch(r"(0[1-9]|1[0-2]) ?/ ?(?:20)?(\d\d)", text.strip())
    if not found:
        return "Month and year, like 12/34."
    today = datetime.now(UTC)
    past = (2000 + int(found[2]), int(found[1])) < (today.year, today.month)
    return "This card has expired." if past else None
