"""docs/security.md names tests that are there."""

import re

from tests.test_house_rules import ROOT


def test_every_test_that_the_table_names_exists() -> None:
    table = (ROOT / "docs/security.md").read_text()
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", table)
    texts = {file: (ROOT / file).read_text() for file, _ in named if (ROOT / file).exists()}

    assert len(named) > 15
    assert [(file, test) for file, test in named if f"def {test}" not in texts.get(file, "")] == []
