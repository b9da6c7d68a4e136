"""A measurement that misses its bar, or is of wrong answers, ends as a failure."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "bench/pages"))

from bars import Bar, Sheet
from load import Measured

FAST = Bar("rps", least=450)


@pytest.mark.parametrize(
    ("found", "outcome", "said"),
    [
        (Measured(450, 4, 9, 100, 0), 0, "rps ≥ 450"),
        (Measured(449, 4, 9, 100, 0), 1, "rps ≥ 450 MISSED"),
        (Measured(900, 4, 9, 100, 3), 1, "3 WRONG ANSWERS"),
        (Measured(900, 4.1, 9, 100, 0), 1, "p50 ≤ 4 ms MISSED"),
    ],
)
def test_what_misses_its_bar_or_is_wrong_fails(
    capsys: pytest.CaptureFixture[str], found: Measured, outcome: int, said: str
) -> None:
    sheet = Sheet()

    sheet.show("a list", found, FAST, Bar("p50_ms", most=4, unit=" ms"))

    assert sheet.outcome() == outcome
    assert said in capsys.readouterr().out
