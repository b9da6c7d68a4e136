"""docs/security.md has every row, and names tests that are there."""

import ast
import re

from tests.test_house_rules import ROOT

TABLE = (ROOT / "docs/security.md").read_text()
ROW = re.compile(r"^\| (S\d+) \| (.*?) \| (.*) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
ROWS = [f"S{number}" for number in range(1, 38)]


def test_every_test_that_the_table_names_exists() -> None:
    named = NAMED.findall(TABLE)
    trees = {file: ast.parse((ROOT / file).read_text()) for file, _ in named if (ROOT / file).exists()}
    tests = {file: {getattr(node, "name", "") for node in ast.walk(tree)} for file, tree in trees.items()}

    assert [(file, test) for file, test in named if file not in tests or (test and test not in tests[file])] == []


def test_no_row_is_lost_and_none_is_there_twice() -> None:
    assert [row for row, _, _ in ROW.findall(TABLE)] == ROWS


def test_every_row_names_a_test_or_says_why_there_is_none() -> None:
    silent = {row for row, tests, state in ROW.findall(TABLE) if not NAMED.search(tests) and len(state.split()) < 4}

    assert silent == set()
    assert {row for row, _, state in ROW.findall(TABLE) if not re.match("pass|not applicable|GAP", state)} == set()


def test_every_fault_names_a_test() -> None:
    faults = TABLE.partition("## Faults")[2]
    rows = re.findall(r"^\| (?!fault |---)(.+?) \| (.+?) \|", faults, re.MULTILINE)

    assert len(rows) >= 16
    assert [fault for fault, tests in rows if not NAMED.search(tests)] == []
