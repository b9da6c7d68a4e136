"""Somebody who walks through the house and tries every door, as three browsers at once."""

import inspect
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import httpx
import pyotp
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from tests.security.doors import Doors, place_of
from tests.security.gatekeeper import ABSOLUTE, IDLE, IN, STEP, Gatekeeper
from tests.security.people import Browser, Person

T = TypeVar("T")
Method = TypeVar("Method", bound=Callable[..., None])
EMAILS = st.sampled_from(["ann@example.com", "ben@example.com", "cleo@example.com", "dora@example.com"])
AT, WHO, LATEST = st.integers(0, 2), st.integers(0, 2), st.integers(0, 3)
SOON = [1, 2, 4, 5, 18]
LATE = [limit // STEP + 1 for limit in (*IDLE.values(), *ABSOLUTE.values())]


def step(weight: int = 1, **given: st.SearchStrategy[Any]) -> Callable[[Method], Method]:
    """Something that may happen, `weight` times as often as others, with these things drawn for it."""

    def mark(method: Method) -> Method:
        method.drawn = weight, st.fixed_dictionaries(given)  # type: ignore[attr-defined]
        return method

    return mark


def steps_of(walker: type["Walker"]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """Any of them, evenly: hypothesis' own choice of rules leaves most out of each walk, to look at few closely."""
    known = {name: method.drawn for name, method in inspect.getmembers(walker) if hasattr(method, "drawn")}
    names = [name for name, (weight, _) in known.items() for _ in range(weight)]
    return st.sampled_from(names).flatmap(lambda name: st.tuples(st.just(name), known[name][1]))


class Walker(RuleBasedStateMachine):
    """Ann is a member. Ben has a passkey. Cleo looks after the site, with a passkey and an authenticator app."""

    do: Callable[[Awaitable[Any]], Any]
    doors: Doors
    clients: list[httpx.AsyncClient]

    @initialize()
    def open_the_house(self) -> None:
        self.move_in()
        self.settle()

    def settle(self) -> None:
        """Whoever is at home already."""

    def move_in(self) -> None:
        for client in self.clients:
            client.cookies.clear()
        app = pyotp.TOTP(pyotp.random_base32())
        people = [
            Person("ann@example.com"),
            Person("ben@example.com", has_passkey=True),
            Person("cleo@example.com", {"administrator"}, has_passkey=True, app=app),
        ]
        self.keeper = self.doors.keeper = Gatekeeper([Browser(client) for client in self.clients], people)
        self.do(self.doors.move_in(people))
        self.moved: set[Browser] = set()

    def browser(self, at: int) -> Browser:
        """That does something: it is looked at afterwards."""
        self.moved.add(self.keeper.browsers[at])
        return self.keeper.browsers[at]

    def visitor(self, at: int) -> Browser:
        """Somebody who has signed in, if only long ago; anybody when nobody has."""
        known = [number for number, browser in enumerate(self.keeper.browsers) if browser.visit]
        return self.browser(known[at % len(known)] if known else at)

    def staff(self, at: int | None) -> Browser:
        """One where staff sits (None), if there is any."""
        known = [n for n, browser in enumerate(self.keeper.browsers) if browser.visit and browser.visit.of.is_staff]
        return self.browser(known[-1]) if at is None and known else self.visitor(at or 0)

    def everybody_moved(self) -> None:
        self.moved.update(self.keeper.browsers)

    def post(self, browser: Browser, path: str, **fields: str) -> httpx.Response:
        return self.do(self.doors.post(browser, path, **fields))

    def passes(self, browser: Browser, path: str, *, needs: str = "", fresh: bool = True, **fields: str) -> bool:
        """Whether the guard lets it through, and that it does so rightly."""
        wanted = self.keeper.gate(browser, role=needs, fresh=fresh)
        self.answer = self.post(browser, path, **fields)
        assert place_of(self.answer) == wanted
        return wanted == IN

    def me(self, browser: Browser) -> Person:
        person = self.keeper.person(browser)
        assert person
        return person

    @step(3, steps=st.sampled_from(SOON))
    def wait(self, steps: int) -> None:
        self.do(self.doors.move_clocks(self.keeper.pass_time(steps)))
        self.everybody_moved()

    @step(steps=st.sampled_from(LATE), daily=st.booleans())
    def wait_long(self, steps: int, *, daily: bool) -> None:
        """Unused, or (`daily`) with somebody looking in again and again: it becomes old all the same."""
        inside = [browser for browser in self.keeper.browsers if self.keeper.visit(browser)] if daily else []
        self.wait(steps)
        self.do(self.doors.keep_in_use([browser.cookie for browser in inside]))
        self.keeper.keep_in_use(inside)

    @step()
    def show_old_cookies(self) -> None:
        for cookie in self.keeper.worthless[-3:]:
            assert not self.do(self.doors.seen(cookie))

    def nobody_is_where_they_should_not_be(self) -> None:
        """Only who has done something, or had something done to them, since the last look."""
        for browser in self.keeper.browsers:
            if browser in self.moved:
                self.look(browser)
        self.moved.clear()

    def look(self, browser: Browser) -> None:
        person = self.keeper.person(browser)
        wanted = (
            person and person.email,
            self.keeper.gate(browser),
            self.keeper.gate(browser, role="editor", fresh=False),
        )
        assert self.do(self.doors.look(browser)) == wanted

    def teardown(self) -> None:
        """At the end everybody is looked at, and every cookie that was ever given up."""
        if sys.exc_info()[0] is not None:
            return
        self.everybody_moved()
        self.nobody_is_where_they_should_not_be()
        for cookie in self.keeper.worthless:
            assert not self.do(self.doors.seen(cookie))


def latest(things: Sequence[T], number: int) -> T:
    """The newest for 0, and the oldest when there are not as many."""
    return things[-1 - min(number, len(things) - 1)]
