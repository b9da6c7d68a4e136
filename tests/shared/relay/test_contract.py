"""What strangers rely on changes only when somebody means it to."""

import json
from pathlib import Path

import shared.events.payloads  # noqa: F401  all facts that may leave or come in
from shared.events.contract import describe

DOCUMENT = Path(__file__).parents[3] / "docs" / "public-events.json"


def test_the_documented_contract_is_what_leaves() -> None:
    """`rose events contract > docs/public-events.json`, when the change is one that readers can bear."""
    assert json.loads(DOCUMENT.read_text("utf-8")) == describe()


def test_what_is_personal_stays_here() -> None:
    fields = {field for fact in describe().values() for field in fact["data"]["properties"]}

    assert fields.isdisjoint({"email", "buyer", "name", "user_id", "tokens"})
