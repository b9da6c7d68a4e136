"""What one step builds from which files."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# The current hashed name of a file built by an earlier step.
Named = Callable[[str], str]


@dataclass(frozen=True)
class Plan:
    name: str
    inputs: list[Path]
    make: Callable[[Named], dict[str, bytes]]


def hashed_name(logical: str, fingerprint: str) -> str:
    """`images/logo.svg` → `images/logo-<fingerprint>.svg`."""
    path = Path(logical)
    return str(path.with_name(f"{path.stem}-{fingerprint}{path.suffix}"))
