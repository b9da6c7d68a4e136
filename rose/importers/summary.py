from dataclasses import dataclass, field
from typing import Literal


@dataclass
class Summary:
    """What an import did, for the person who started it. Refused things say what and why."""

    read: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)

    def refuse(self, what: str, why: str) -> None:
        self.refused.append((what, why))

    def count(self, outcome: Literal["created", "changed", "unchanged"]) -> None:
        self.read += 1
        setattr(self, outcome, getattr(self, outcome) + 1)
