"""How often something may be done, and who is counted."""

import re
from pathlib import Path

import pytest
from quart import Quart, request
from sqlalchemy import func, select
from werkzeug.datastructures import Headers

from rose.supervisor.valkey import Valkey
from shared.browser.app import limits
from shared.browser.app.limits import HOUR, Limit, limited, spend
from shared.browser.app.networks import client_network
from shared.browser.app.redis_cacher import PageCache
from shared.browser.app.redis_cacher.shelf import Address
from shared.config import AppName
from shared.db.session import get_session
from shared.errors import TooMany, Unavailable
from shared.infrastructure.factory import create_base_app
from shared.models import MagicLink
from tests.house import APPS, House, settings_for

NOBODY = "postgresql+asyncpg://nobody@127.0.0.1:1/none"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.LIMITS, "search", Limit(2, HOUR))
    monkeypatch.setitem(limits.LIMITS, "sign_in_address", Limit(2, HOUR, closed=True))


def app_with(tmp_path: Path, **changes: object) -> Quart:
    return create_base_app("market", settings_for(NOBODY, home=tmp_path, **changes))


@pytest.mark.usefixtures("small")
async def test_the_third_try_of_two_is_refused_and_says_when_to_come_back(tmp_path: Path) -> None:
    app = app_with(tmp_path)

    @app.get("/busy")
    @limited("search")
    async def busy() -> str:
        return "ok"

    client = app.test_client()
    headers = {"Host": "localhost:8001", "Accept": "application/json"}
    statuses = [(await client.get("/busy", headers=headers)).status_code for _ in range(3)]
    refused = await client.get("/busy", headers=headers)
    assert statuses == [200, 200, 429]
    assert 0 < int(refused.headers["Retry-After"]) <= HOUR


@pytest.mark.usefixtures("small")
async def test_processes_count_together(tmp_path: Path, valkey: Valkey) -> None:
    one, two = (app_with(tmp_path, redis_url=valkey.url) for _ in range(2))
    for app in (one, two):
        async with app.app_context():
            await spend("search", "198.51.100.7")
    async with one.app_context():
        with pytest.raises(TooMany):
            await spend("search", "198.51.100.7")
        await spend("search", "198.51.100.8")
    for app in (one, two):
        await app.extensions["limits"].aclose()


@pytest.mark.usefixtures("small")
async def test_without_the_counter_readers_pass_and_no_mail_is_sent(tmp_path: Path) -> None:
    app = app_with(tmp_path, redis_url="redis://127.0.0.1:1")
    async with app.app_context():
        for _ in range(3):
            await spend("search", "x")
        with pytest.raises(Unavailable):
            await spend("sign_in_address", "x")


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "counted"),
    [
        ([], "203.0.113.5", ["198.51.100.1"], "203.0.113.5"),
        (["127.0.0.1"], "127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        (["127.0.0.1"], "127.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
        (["127.0.0.1"], "127.0.0.1", ["6.6.6.6", "198.51.100.1"], "198.51.100.1"),
        (["127.0.0.1"], "127.0.0.1", ["6.6.6.6", "7.7.7.7, 8.8.8.8", "198.51.100.1"], "198.51.100.1"),
        (["127.0.0.1", "10.0.0.0/8"], "127.0.0.1", ["198.51.100.1, 10.1.2.3"], "198.51.100.1"),
        (["127.0.0.1", "10.0.0.0/8"], "127.0.0.1", ["6.6.6.6", "198.51.100.1", "10.1.2.3"], "198.51.100.1"),
        (["127.0.0.1"], "127.0.0.1", ["nonsense"], "unknown"),
        ([], "2001:db8:1:2:3::4", [], "2001:db8:1:2::/64"),
    ],
)
async def test_only_trusted_proxies_say_who_asks(
    tmp_path: Path, trusted: list[str], peer: str, forwarded: list[str], counted: str
) -> None:
    app = app_with(tmp_path, trusted_proxies=trusted, redis_url="redis://127.0.0.1:1")
    headers = Headers([("X-Forwarded-For", line) for line in forwarded])
    async with app.test_request_context("/", headers=headers, scope_base={"client": (peer, 1)}):
        scope = dict(request.scope)
        assert client_network() == counted

    # A page for everyone is drawn without any header: who asks is found out before.
    cache: PageCache = app.extensions["page_cache"]
    bare = cache.canon.bare(scope, Address("/", b"", partial=False))
    async with app.test_request_context("/", scope_base={"client": bare["client"]}):
        assert client_network() == counted


def test_every_declared_limit_is_one_that_somebody_meets() -> None:
    sources = "".join(path.read_text() for app in APPS for path in Path(app).rglob("*.py"))

    assert {name for name in limits.LIMITS if not re.search(rf'(spend|limited)\("{name}"', sources)} == set()


# Whoever asks for a mail is told nothing, so that they learn nothing of the address.
NEUTRAL = {"sign_in_address", "sign_in_network"}
COUNTED = {
    "email_change": ("/account/email/", {"email": "new@example.com"}),
    "second_factor": ("/sign-in/second/", {"code": "000000"}),
    "passkey": ("/sign-in/passkey/", {"credential": "{}"}),
}


@pytest.mark.parametrize("name", COUNTED)
async def test_what_a_route_counts_itself_says_when_to_come_back_too(
    house: House, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(limits.LIMITS, name, Limit(1, HOUR, closed=True))
    path, form = COUNTED[name]
    ann = await house.signed_in(await house.member())

    first = await ann.post(path, data=form)
    second = await ann.post(path, data=form)

    assert first.status_code != 429
    assert second.status_code == 429
    assert 0 < int(second.headers["Retry-After"]) <= HOUR


@pytest.mark.parametrize("name", sorted(NEUTRAL))
async def test_whoever_asks_for_too_many_mails_sees_what_everybody_sees(
    house: House, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(limits.LIMITS, name, Limit(2, HOUR, closed=True))

    answers = [
        await house.client().post("/sign-in/", data={"email": "ann@example.com"}, follow_redirects=False)
        for _ in range(4)
    ]

    assert {(answer.status_code, answer.text, "retry-after" in answer.headers) for answer in answers} == {
        (303, answers[0].text, False)
    }
    async with get_session(read_only=True) as session:
        assert await session.scalar(select(func.count()).select_from(MagicLink)) == 2


async def test_no_limit_is_without_one_of_these_tests(house: House) -> None:
    views = [view for app in house.apps.values() for view in app.view_functions.values()]

    assert {getattr(view, "limit", None) for view in views} | NEUTRAL | set(COUNTED) >= set(limits.LIMITS)


@pytest.mark.parametrize("app", APPS)
async def test_every_limited_route_says_when_to_come_back(
    house: House, app: AppName, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, limit in limits.LIMITS.items():
        monkeypatch.setitem(limits.LIMITS, name, Limit(0, limit.seconds))
    quart = house.apps[app]
    rules = [rule for rule in quart.url_map.iter_rules() if hasattr(quart.view_functions[rule.endpoint], "limit")]
    browser = house.client()

    for rule in rules:
        method = "POST" if "POST" in (rule.methods or ()) else "GET"
        path = re.sub(r"<[^>]*>", "1", rule.rule)
        answer = await browser.request(method, house.url(app, path))
        assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (429, True), rule.rule
    assert rules
