"""Whatever people do with links, codes, digits and old cookies, in any order: nobody is let in who should not be."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

import asyncpg
import httpx
import pyotp
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from rose.supervisor.postgres import Postgres
from shared.browser.app.limits import OwnCounter
from shared.db.session import transaction
from shared.models import MagicLink, User
from tests.conftest import TEMPLATE
from tests.house import House, settings_for
from tests.security.visits import (
    SECURITY,
    add_app,
    ask,
    by_mail,
    digits_of,
    half_a_minute_later,
    is_let_in,
    path_of,
    who,
)

T = TypeVar("T")
NAMES = ("ann@example.com", "cleo@example.com")
BROWSERS = st.integers(0, 1)


@dataclass
class Browser:
    """And what should be true of it. `proved`: it may change the second factor."""

    client: httpx.AsyncClient
    who: str | None = None
    second: bool = False
    links: list[MagicLink] = field(default_factory=list)
    old: list[str] = field(default_factory=list)

    def is_now(self, who: str | None, *, second: bool = False) -> None:
        self.who, self.second = who, second


class SignIn(RuleBasedStateMachine):
    """Ann is a member. Cleo looks after the site, and has an authenticator app."""

    house: House
    runner: asyncio.Runner
    app: pyotp.TOTP
    cleo: User

    def do(self, work: Awaitable[T]) -> T:
        self.refill()
        return self.runner.run(_wait(work))

    def refill(self) -> None:
        """Limits have tests of their own; here they would only end the walk early."""
        self.house.apps["blog"].extensions["limits"] = OwnCounter()

    @initialize()
    def open_browsers(self) -> None:
        self.do(_forget_sessions())
        self.browsers = [Browser(self.house.client()) for _ in range(2)]
        self.asked: list[tuple[Browser, MagicLink]] = []
        self.dead: set[int] = set()
        self.wrong: dict[int, int] = {}

    @rule(at=BROWSERS, who=st.sampled_from(NAMES))
    def ask(self, at: int, who: str) -> None:
        browser = self.browsers[at]
        link = self.do(ask(self.house, browser.client, who))
        browser.links.append(link)
        self.asked.append((browser, link))

    @precondition(lambda self: self.asked)
    @rule(at=BROWSERS, number=st.integers(-3, -1))
    def follow_a_link(self, at: int, number: int) -> None:
        browser = self.browsers[at]
        owner, link = self.asked[max(number, -len(self.asked))]
        before = self.cookie(browser)
        answer = self.post(browser, path_of(self.house, link))
        good = link.id not in self.dead and self.hears(browser, owner, link)
        assert (answer.status_code == 303) == good
        if good:
            self.signed_in(browser, link, before)

    @precondition(lambda self: self.asked)
    @rule(at=BROWSERS, number=st.integers(-3, -1))
    def type_a_code(self, at: int, number: int) -> None:
        browser = self.browsers[at]
        owner, link = self.asked[max(number, -len(self.asked))]
        before = self.cookie(browser)
        answer = self.post(browser, "/sign-in/code/", code=digits_of(self.house, link))
        good = link.id not in self.dead and self.hears(browser, owner, link)
        self.count_try(browser, but=link if good else None)
        assert (answer.status_code == 303) == good
        if good:
            self.signed_in(browser, link, before)

    @precondition(lambda self: self.asked)
    @rule(at=BROWSERS, code=st.sampled_from(["000000", "999999"]), times=st.integers(1, 4))
    def type_wrong_codes(self, at: int, code: str, times: int) -> None:
        browser = self.browsers[at]
        if any(code == digits_of(self.house, link) for _, link in self.asked):
            return
        for _ in range(times):
            assert self.post(browser, "/sign-in/code/", code=code).status_code == 422
            self.count_try(browser, but=None)

    @rule(at=BROWSERS, who=st.sampled_from(NAMES))
    def come_in_by_mail(self, at: int, who: str) -> None:
        self.ask(at, who)
        self.follow_a_link(at, -1)

    @precondition(lambda self: self.of_cleo())
    @rule(at=BROWSERS, right=st.booleans())
    def show_digits(self, at: int, right: bool) -> None:
        browser = self.of_cleo()[at % len(self.of_cleo())]
        self.do(half_a_minute_later())
        digits = self.app.now() if right else f"{(int(self.app.now()) + 1) % 10**6:06}"
        before = self.cookie(browser)
        answer = self.post(browser, "/sign-in/second/", code=digits)
        assert answer.status_code == (303 if right else 422)
        assert (self.cookie(browser) != before) == right
        if right:
            browser.old.append(before)
            browser.is_now(browser.who, second=True)

    @precondition(lambda self: any(not browser.second for browser in self.of_cleo()))
    @rule(way=st.sampled_from(["authenticator/delete/", "recovery-codes/", "passkeys/options/"]))
    def touch_the_second_factor(self, way: str) -> None:
        for browser in self.of_cleo():
            if not browser.second:
                answer = self.post(browser, SECURITY + way)
                assert answer.headers["location"].split("?")[0].endswith("/sign-in/again/")

    @rule(at=BROWSERS)
    def sign_out(self, at: int) -> None:
        browser = self.browsers[at]
        if cookie := self.cookie(browser):
            browser.old.append(cookie)
        self.post(browser, "/sign-out/")
        browser.is_now(None)

    @precondition(lambda self: self.of_cleo())
    @rule(at=BROWSERS)
    def sign_out_everywhere_else(self, at: int) -> None:
        here = self.of_cleo()[at % len(self.of_cleo())]
        self.post(here, f"{SECURITY}sessions/delete/")
        for other in self.of_cleo():
            if other is not here:
                other.is_now(None)

    def of_cleo(self) -> list[Browser]:
        return [browser for browser in self.browsers if browser.who == "cleo@example.com"]

    @precondition(lambda self: self.asked)
    @rule()
    def ten_minutes_pass(self) -> None:
        self.do(_write("UPDATE magic_links SET expires_at = expires_at - interval '10 minutes'"))
        self.dead |= {link.id for _, link in self.asked}

    @precondition(lambda self: self.of_cleo())
    @rule()
    def half_a_day_passes(self) -> None:
        self.do(_write("UPDATE user_sessions SET used_at = used_at - interval '12 hours'"))
        for browser in self.browsers:
            if browser.who == "cleo@example.com":
                browser.is_now(None)

    @precondition(lambda self: any(browser.old for browser in self.browsers))
    @rule(at=BROWSERS)
    def show_an_old_cookie(self, at: int) -> None:
        for old in self.browsers[at].old[-2:]:
            thief = self.house.client()
            thief.cookies.set("sid", old, domain="localhost.local")
            assert self.do(who(thief)) is None

    @invariant()
    def nobody_is_where_they_should_not_be(self) -> None:
        for browser in getattr(self, "browsers", ()):
            assert self.do(who(browser.client)) == browser.who
            assert self.do(is_let_in(browser.client)) == (browser.who == "cleo@example.com" and browser.second)

    def post(self, browser: Browser, path: str, **fields: str) -> httpx.Response:
        answer = self.do(browser.client.post(path, data=fields, follow_redirects=False))
        assert answer.status_code < 500
        return answer

    def hears(self, browser: Browser, owner: Browser, link: MagicLink) -> bool:
        return owner is browser and self.wrong.get(link.id, 0) < 3

    def count_try(self, browser: Browser, *, but: MagicLink | None) -> None:
        for link in browser.links:
            if link is not but and link.id not in self.dead:
                self.wrong[link.id] = self.wrong.get(link.id, 0) + 1

    def signed_in(self, browser: Browser, link: MagicLink, before: str) -> None:
        self.dead.add(link.id)
        assert self.cookie(browser) != before
        if before:
            browser.old.append(before)
        browser.is_now(link.email)

    def cookie(self, browser: Browser) -> str:
        return browser.client.cookies.get("sid", "")


@pytest.fixture
def machine(postgres: Postgres, tmp_path) -> Iterator[type[SignIn]]:
    with asyncio.Runner() as runner:
        url, drop = runner.run(_database(postgres))
        house = House(settings_for(url, home=tmp_path))
        SignIn.house, SignIn.runner = house, runner
        SignIn.cleo, SignIn.app = runner.run(_people(house))
        yield SignIn
        runner.run(house.aclose())
        runner.run(_wait(drop()))


def test_no_order_of_steps_lets_the_wrong_one_in(machine: type[SignIn]) -> None:
    few = settings(
        max_examples=8,
        stateful_step_count=12,
        phases=[Phase.generate],
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=few)


async def _wait(work: Awaitable[T]) -> T:
    return await work


async def _write(statement: str) -> None:
    async with transaction() as session:
        await session.execute(text(statement))


async def _forget_sessions() -> None:
    await _write("DELETE FROM user_sessions")
    await _write("DELETE FROM magic_links")


async def _people(house: House) -> tuple[User, pyotp.TOTP]:
    await house.member("ann@example.com")
    cleo = await house.member("cleo@example.com", name="Cleo", admin=True)
    return cleo, await add_app(house, await by_mail(house, cleo), cleo)


async def _database(postgres: Postgres) -> tuple[str, Callable[[], Awaitable[None]]]:
    name = "t_machine"
    admin = await asyncpg.connect(postgres.url("postgres", driver="postgresql"))
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")

    async def drop() -> None:
        with suppress(asyncpg.PostgresError):
            await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()

    return postgres.url(name), drop
