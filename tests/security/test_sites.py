"""The same site where it is meant to be: behind https, its four apps on sibling sub-domains or on one host."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from rose.supervisor.postgres import Postgres
from rose.supervisor.valkey import Valkey
from shared.db.session import use_engine
from tests.house import APPS
from tests.security.conftest import a_town
from tests.security.test_every_route import faults, loose_refusals
from tests.security.town import CANARY, Town
from tests.security.visits import ask, path_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

SITES = {
    "siblings": {"apps": {name: f"https://{name}.rose.example" for name in APPS}, "cookie_domain": "rose.example"},
    "one host": {"apps": {name: f"https://rose.example:{8000 + place}" for place, name in enumerate(APPS)}},
}
COOKIES = {
    "siblings": {"__Secure-sid", "__Host-ask", "__Host-asked", "__Secure-hint", "__Secure-seen"},
    "one host": {"__Host-sid", "__Host-ask", "__Host-asked", "__Host-hint", "__Host-seen"},
}


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=SITES)
async def _site(
    request: pytest.FixtureRequest, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Town]:
    # Its own: what others have done too often is counted where they are.
    valkey = Valkey(tmp_path_factory.mktemp("site-valkey"))
    valkey.start()
    async with a_town(postgres, valkey, tmp_path_factory.mktemp("site"), **SITES[request.param]) as found:
        yield found
    valkey.stop()


@pytest.fixture
def site(_site: Town, unlimited: None) -> Town:
    use_engine(_site.engine)
    return _site


async def test_every_answer_of_a_site_behind_https_has_the_safe_headers(site: Town) -> None:
    wrong = {}
    for route in site.routes("GET"):
        for browser in (site.bob, site.client()):
            answer = await site.ask(browser, route)
            found = faults(site, route, answer) + (["broken"] if answer.is_server_error else [])
            wrong |= {route.name: found} if found else {}

    assert wrong == {}


async def test_its_refusals_have_them_too(site: Town) -> None:
    assert await loose_refusals(site) == []


async def test_its_cookies_are_named_so_that_no_neighbour_can_set_them(site: Town) -> None:
    browser, member = site.client(), site.url("blog", "/account/")

    link = await ask(site, browser, CANARY)
    await browser.post(path_of(site, link))
    account = await browser.get(member)
    await site.bob.post(site.url("blog", "/admin/tags/"), data={"name": "Bread", "slug": "bread"})

    assert CANARY in account.text
    names = COOKIES["siblings" if site.settings.cookie_domain else "one host"]
    assert set(browser.cookies) | set(site.bob.cookies) == names
