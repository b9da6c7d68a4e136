"""A real browser that follows every link of the four apps, and says what it saw that should not be."""

import asyncio
from base64 import b64decode
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
from playwright.async_api import Browser, Page, Request
from playwright.async_api import Route as Asked
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from tests.house import ORIGINS, House
from tests.security.sheets import PICTURE

TABS = 3
# Posts and pages alike, of which only some posts lead to tags and authors.
MORE = {"blog/<slug>/": 10}
DOT = b64decode("R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==")
UNSEEN = {"image", "font", "media", "stylesheet"}
WATCH = """document.addEventListener('securitypolicyviolation',
    e => console.log(`VIOLATION ${e.violatedDirective} ${e.blockedURI}`))"""
LOOK = """() => {
    const all = (css) => [...document.querySelectorAll(css)];
    const marks = (found, wrong) => found.flatMap(e => [...e.attributes]).filter(wrong)
        .map(a => `${a.name}=${a.value}`);
    const ours = /^(hx-|data-|on|srcdoc$|style$|action$|formaction$)/, leads = /^(href|action|src|formaction)$/;
    const scheme = /^\\s*(javascript|data|vbscript):/i;
    return {
        faults: [
            ...marks(all('*'), a => /^(on|hx-on)/.test(a.name)),
            ...marks(all('.user-html *'), a => ours.test(a.name)),
            ...all('.user-html:not([hx-ignore])').map(e => `words of people that htmx reads: ${e.outerHTML}`),
            ...all('.kg-content:not(.user-html)').map(e => `words of people without a mark: ${e.outerHTML}`),
            ...marks(all('a, form, iframe, button'), a => leads.test(a.name) && scheme.test(a.value)),
            ...all('base, object, embed').map(e => e.outerHTML),
        ],
        marked: all('.user-html').length,
        links: [...document.links].map(a => a.href),
        words: document.documentElement.outerHTML.includes('alert(1)'),
    };
}"""


@dataclass
class Crawl:
    """As one visitor, at most `most` pages of each kind. What goes out of the house is refused and told.

    The editor reads its texts in documents that cannot run anything, and Chromium reports what stands in them all
    the same. So its pages are looked at without a policy, where anything that could run does.
    """

    house: House
    visitor: httpx.AsyncClient
    most: int
    said: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    with_words: Counter[str] = field(default_factory=Counter)
    user_html: int = 0
    _no_pages: set[str] = field(default_factory=set)
    _editors: list[tuple[str, httpx.Response]] = field(default_factory=list)
    _known: set[str] = field(default_factory=set)
    _given: dict[str, httpx.Response] = field(default_factory=dict)
    _static: dict[str, httpx.Response] = field(default_factory=dict)
    _waiting: "asyncio.LifoQueue[str]" = field(default_factory=asyncio.LifoQueue)

    async def run(self, browser: Browser, addresses: list[str], answers: list[httpx.Response]) -> None:
        """All from `addresses` on; `answers` are to forms, as they came."""
        tabs = [await self.tab(browser) for _ in range(TABS)]
        self._add(addresses)
        for answer in answers:
            if not answer.is_redirect:
                await self._see(tabs[0], str(answer.url), answer)
        await self._walk_all(tabs)
        unguarded = await self.tab(browser, bypass_csp=True)
        for address, answer in self._editors:
            await self._look(unguarded, address, answer, ready="[contenteditable]")
        await self._walk_all(tabs)

    async def look_at(self, browser: Browser, addresses: list[str]) -> None:
        """These alone, wherever they lead."""
        tabs = [await self.tab(browser) for _ in range(TABS)]

        async def take(tab: Page, own: list[str]) -> None:
            for address in own:
                await self._look(tab, address, await self.visitor.get(address))

        await asyncio.gather(*(take(tab, addresses[place::TABS]) for place, tab in enumerate(tabs)))

    async def _walk_all(self, tabs: list[Page]) -> None:
        workers = [asyncio.create_task(self._walk(tab)) for tab in tabs]
        await asyncio.wait([asyncio.create_task(self._waiting.join()), *workers], return_when="FIRST_COMPLETED")
        for worker in workers:
            if worker.done():
                worker.result()
            worker.cancel()

    async def tab(self, browser: Browser, **options: Any) -> Page:
        context = await browser.new_context(service_workers="block", **options)
        await context.add_init_script(WATCH)
        await context.add_cookies([{"name": "hint", "value": "in=1&n=1", "domain": "localhost", "path": "/"}])
        await context.route("**/*", self._answer)
        tab = await context.new_page()
        self._listen(tab)
        return tab

    def _listen(self, tab: Page) -> None:
        tab.on("dialog", lambda dialog: self.said.append(f"dialog on {tab.url}") or dialog.dismiss())
        tab.on("pageerror", lambda error: self.said.append(f"{tab.url} {error}"))
        tab.on("console", lambda line: "VIOLATION" in line.text and self.said.append(f"{tab.url} {line.text}"))

    def _add(self, addresses: list[str]) -> None:
        for address in addresses:
            plain = address.partition("#")[0]
            rule = self.rule_of(plain)
            if rule and plain not in self._known:
                self._known.add(plain)
                self._waiting.put_nowait(plain)

    def rule_of(self, address: str) -> str:
        """`blog/tag/<slug>/`, or nothing when the address is none of ours."""
        parts = urlsplit(address)
        app = next((name for name, origin in ORIGINS.items() if origin == f"{parts.scheme}://{parts.netloc}"), "")
        try:
            rule: Rule = self.house.apps[app].url_map.bind("localhost").match(parts.path, return_rule=True)[0]
        except (KeyError, HTTPException):
            return ""
        return f"{app}{rule.rule}"

    def _most(self, rule: str) -> int:
        return 1 if rule in self._no_pages else MORE.get(rule, self.most)

    async def _walk(self, tab: Page) -> None:
        while True:
            address = await self._waiting.get()
            rule = self.rule_of(address)
            if self.seen[rule] < self._most(rule):
                self.seen[rule] += 1
                answer = await self.visitor.get(address, follow_redirects=False)
                if answer.is_redirect:
                    self._add([urljoin(address, answer.headers["location"])])
                elif answer.headers.get("content-type", "").startswith("text/html"):
                    await self._see(tab, address, answer)
                else:
                    self._no_pages.add(rule)
            self._waiting.task_done()

    async def _see(self, tab: Page, address: str, answer: httpx.Response) -> None:
        if "data-lexical" in answer.text:
            self._editors.append((address, answer))
        else:
            await self._look(tab, address, answer)

    async def _look(self, tab: Page, address: str, answer: httpx.Response, *, ready: str = "") -> None:
        self._given[address] = answer
        await tab.goto(address, wait_until="load")
        if ready:
            await tab.wait_for_selector(ready, state="attached")
        found = await tab.evaluate(LOOK)
        self.said += [f"{address} has {fault}" for fault in found["faults"]]
        self.user_html += found["marked"]
        self.with_words[self.rule_of(address)] += found["words"]
        self._add(found["links"])

    async def _answer(self, asked: Asked) -> None:
        request = asked.request
        if fault := self._strange(request):
            self.said.append(fault)
            await asked.abort()
        elif request.url.endswith(PICTURE):
            await asked.fulfill(body=DOT, content_type="image/gif")
        elif request.resource_type in UNSEEN:
            await asked.abort()
        else:
            found = self._given.pop(request.url, None) or self._static.get(request.url) or await self._fetch(request)
            headers = {name: value for name, value in found.headers.items() if name != "content-encoding"}
            await asked.fulfill(status=found.status_code, headers=headers, body=found.content)

    async def _fetch(self, request: Request) -> httpx.Response:
        headers = {name: value for name, value in request.headers.items() if name != "cookie"}
        found = await self.visitor.get(request.url, headers=headers)
        if "/static/" in request.url:
            self._static[request.url] = found
        return found

    def _strange(self, request: Request) -> str:
        if request.method != "GET":
            return f"{request.frame.url} sent {request.method} {request.url}"
        return "" if request.url.startswith(tuple(ORIGINS.values())) else f"{request.frame.url} asked {request.url}"
