"""PostgreSQL is killed while fifty requests a second come in."""

import asyncio
import re
from dataclasses import dataclass, field

import httpx

from tests.journeys.site import RunningSite

ROUNDS, KILLED_IN, PAUSE = 30, 10, 0.1
JUICE = "/products/cloudy-apple-juice/"


@dataclass
class Crowd:
    site: RunningSite
    answers: list[httpx.Response] = field(default_factory=list)
    # Those who were told that the juice is in their basket, and those who were told to come again.
    served: list[httpx.Cookies] = field(default_factory=list)
    sent_away: list[httpx.Cookies] = field(default_factory=list)

    async def come(self, number: int) -> None:
        """Five at once: readers of drawn and kept pages, and somebody with a basket of their own."""
        asked = [
            self.read("blog", "/"),
            self.read("market", f"/search/?q={number}"),
            self.read("events", f"/month/{2026 + number // 12}/{number % 12 + 1}/"),
            self.read("cart", "/"),
            self.buy(),
        ]
        await asyncio.gather(*asked)

    async def read(self, app: str, path: str) -> None:
        async with httpx.AsyncClient(timeout=20, follow_redirects=True) as reader:
            self.answers.append(await reader.get(self.site.url(app, path)))

    async def buy(self) -> None:
        async with httpx.AsyncClient(timeout=20) as buyer:
            answer = await buyer.post(
                self.site.url("market", f"{JUICE}basket/"),
                data={"quantity": "1"},
                headers={"Origin": self.site.url("market", "")},
            )
        self.answers.append(answer)
        (self.served if answer.is_redirect else self.sent_away).append(buyer.cookies)

    async def bottles(self, cookies: httpx.Cookies) -> int:
        async with httpx.AsyncClient(timeout=20, cookies=cookies) as buyer, asyncio.timeout(60):
            page = await buyer.get(self.site.url("cart"))
            while page.status_code == httpx.codes.SERVICE_UNAVAILABLE:
                page = await buyer.get(self.site.url("cart"))
        assert page.status_code == httpx.codes.OK
        return sum(int(number) for number in re.findall(r'name="quantity"[^>]* value="(\d+)"', page.text))


async def test_it_is_told_and_forgotten_and_what_was_promised_is_kept(site: RunningSite) -> None:
    apps = {app: site.pid_of(app) for app in ("blog", "market", "cart", "events")}
    crowd = Crowd(site)
    coming = []
    for number in range(ROUNDS):
        if number == KILLED_IN:
            site.kill_database()
        coming.append(asyncio.create_task(crowd.come(number)))
        await asyncio.wait(coming, timeout=PAUSE, return_when="ALL_COMPLETED")
    await asyncio.gather(*coming)

    said = {answer.status_code for answer in crowd.answers}
    assert said == {200, 303, 503}
    assert all(answer.headers["Retry-After"] for answer in crowd.answers if answer.status_code == 503)
    assert {app: site.pid_of(app) for app in apps} == apps
    assert [await crowd.bottles(buyer) for buyer in crowd.served] == [1] * len(crowd.served)
    assert {await crowd.bottles(buyer) for buyer in crowd.sent_away} <= {0, 1}
