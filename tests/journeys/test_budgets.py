"""What a first visit costs: bytes, requests and jumps, measured in Chromium, never by the clock."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, CDPSession

from tests.journeys.pages import LANDINGS
from tests.journeys.site import RunningSite

KB = 1024
SHIFTS = """() => new Promise(done => {
    let sum = 0;
    new PerformanceObserver(list => { for (const one of list.getEntries()) sum += one.value; })
        .observe({type: 'layout-shift', buffered: true});
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(sum), 50)));
})"""


@dataclass
class Visit:
    """What was loaded, by kind (Document, Stylesheet, Script, Image, Font …): bytes as they came over the wire."""

    sizes: dict[str, float] = field(default_factory=dict)
    hosts: set[str] = field(default_factory=set)
    requests: int = 0
    shift: float = 0

    @property
    def without_pictures(self) -> float:
        return sum(size for kind, size in self.sizes.items() if kind != "Image")


class Meter:
    def __init__(self, cdp: CDPSession) -> None:
        self.visit, self.kinds = Visit(), dict[str, str]()
        cdp.on("Network.responseReceived", self._answered)
        cdp.on("Network.loadingFinished", self._finished)
        cdp.send("Network.enable")
        cdp.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def _answered(self, event: dict[str, Any]) -> None:
        url = urlsplit(event["response"]["url"])
        if url.scheme.startswith("http"):
            self.kinds[event["requestId"]] = event["type"]
            self.visit.hosts.add(str(url.hostname))

    def _finished(self, event: dict[str, Any]) -> None:
        if kind := self.kinds.get(event["requestId"]):
            self.visit.requests += 1
            self.visit.sizes[kind] = self.visit.sizes.get(kind, 0) + event["encodedDataLength"]


@pytest.fixture(scope="module", params=LANDINGS, ids=["".join(place) for place in LANDINGS])
def visit(request: pytest.FixtureRequest, chrome: Browser, site: RunningSite) -> Iterator[Visit]:
    context = chrome.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    meter = Meter(context.new_cdp_session(page))
    page.goto(site.url(*request.param), wait_until="networkidle")
    meter.visit.shift = page.evaluate(SHIFTS)
    yield meter.visit
    context.close()


def test_a_first_view_is_light(visit: Visit) -> None:
    assert visit.without_pictures <= 100 * KB
    assert visit.requests <= 12
    assert visit.sizes.get("Script", 0) <= 20 * KB
    assert visit.sizes["Stylesheet"] <= 15 * KB
    assert visit.sizes["Document"] <= 12 * KB


def test_nothing_comes_from_other_hosts(visit: Visit) -> None:
    assert visit.hosts == {"localhost"}


def test_nothing_jumps(visit: Visit) -> None:
    assert visit.shift <= 0.02
