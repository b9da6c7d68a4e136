"""Whatever stands in an address is answered or refused: never an error of ours, never one of the database."""

import re
from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import quote

import pytest
from quart import Request, request
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from werkzeug.datastructures import ImmutableMultiDict

from tests.security.test_extra_fields import forms
from tests.security.town import Route, Town

pytestmark = pytest.mark.asyncio(loop_scope="session")

# fmt: off
VALUES = [
    "'", '"\\%_', "' OR '1'='1", "'; DROP TABLE users; --", "1) UNION SELECT 1--", "$1 :x %s {0}", "a\u0001b",
    "\U0001f954\u202e", "x" * 5000, "&|!():*<->", "-1", "0", "NaN", "9" * 10, "9" * 19, "-" + "9" * 40, "²",
    "2026-02-30", "9999-12-31", "0001-01-01", "id desc", "\r\nX: y",
]
# fmt: on
NUMBERS = [0, 2**31, 2**63, 10**40]


class Listening(ImmutableMultiDict[str, str]):
    """The questions in an address, and which of them were ever looked at."""

    asked: ClassVar[set[str]] = set()
    fields: ClassVar[set[str]] = set()

    def note(self, *names: str) -> None:
        """Unless it is another app that is asked, on the way."""
        if not request.path.startswith("/internal/"):
            self.asked.update(names)

    def get(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self.note(key)
        return super().get(key, *args, **kwargs)

    def getlist(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self.note(key)
        return super().getlist(key, *args, **kwargs)

    def __getitem__(self, key: str) -> Any:
        self.note(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.note(str(key))
        return super().__contains__(key)

    def __iter__(self) -> Iterator[str]:
        """A form looks through them all, and at none when one of them is wrong."""
        searches = [form for form in forms() if form.__name__.startswith("Search")]
        self.fields.update(name for form in searches for name in form.model_fields)
        return super().__iter__()


@pytest.fixture
def errors(town: Town) -> Iterator[list[str]]:
    """What the database did not like."""
    found: list[str] = []

    def note(context: ExceptionContext) -> None:
        found.append(str(context.original_exception)[:100])

    event.listen(town.engine.sync_engine, "handle_error", note)
    yield found
    event.remove(town.engine.sync_engine, "handle_error", note)


async def questions(town: Town, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Route, set[str]]]:
    """What each address can be asked, in one go where that is possible."""
    found = []
    with monkeypatch.context() as patch:
        patch.setattr(Request, "parameter_storage_class", Listening)
        for route in town.routes("GET"):
            if not route.is_internal:
                Listening.asked, Listening.fields = set(), set()
                # Who wants a part of a page gets none that was kept, and one that is kept would ask nothing.
                await town.ask(town.bob, route, headers={"Range": "bytes=0-"})
                found += [
                    (route, names) for names in (Listening.asked, *({name} for name in Listening.fields)) if names
                ]
    return found


async def test_no_question_breaks_an_answer(town: Town, errors: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    broken, known = [], await questions(town, monkeypatch)
    for route, names in known:
        for value in VALUES:
            answer = await town.ask(town.bob, route, params=dict.fromkeys(names, value))
            broken += [(route.name, names, value, errors[:])] if answer.status_code >= 500 or errors else []
            errors.clear()

    assert {"page", "q", "who", "status", "sort", "calendar"} <= set().union(*(names for _, names in known))
    assert broken == []


async def test_no_name_or_number_in_an_address_breaks_an_answer(town: Town, errors: list[str]) -> None:
    broken = []
    for route in [route for route in town.routes("GET") if "<" in route.rule and not route.is_internal]:
        numbers = [str(number) for number in NUMBERS]
        for value in numbers if "<int:" in route.rule else [quote(value, safe="") for value in VALUES]:
            path = re.sub(r"<[^>]+>", value, route.rule)
            answer = await town.bob.get(town.url(route.app, path), follow_redirects=False)
            broken += [(route.name, value, errors[:])] if answer.status_code >= 500 or errors else []
            errors.clear()

    assert broken == []


@pytest.mark.parametrize("address", ["/%00/", "/a%00b/", "/search/?q=a%00b", "/?%00=1", "/products/%00/"])
async def test_what_no_database_takes_is_no_address(town: Town, address: str) -> None:
    for app in town.apps:
        assert (await town.client().get(town.url(app, address))).status_code == 400
