"""Asking the app for a page as for nobody, and taking down what it answers."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from shared.browser.app.redis_cacher.clock import Moment
from shared.browser.app.redis_cacher.kept import Kept, keep
from shared.browser.app.redis_cacher.routes import Drawing, Policy, drawing

OK = 200


@dataclass
class Drawn:
    """What the app said, whether or not it may be kept."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    parts: list[bytes] = field(default_factory=list)
    found: Drawing = field(default_factory=Drawing)

    @property
    def may_be_kept(self) -> bool:
        """A route says no_store when something is missing on its page that will be there again in a moment."""
        names = {name.lower(): value for name, value in self.headers}
        no_store = b"no-store" in names.get(b"cache-control", b"")
        return self.found.wanted and self.status == OK and b"set-cookie" not in names and not no_store

    def keep(self, *, since: Moment, policy: Policy) -> Kept:
        page = keep(b"".join(self.parts), self.headers, since=since, times=policy.times)
        page.tags, page.strangers = tuple(sorted(self.found.tags)), self.found.strangers
        return page

    async def replay(self, send: Any) -> bool:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": b"".join(self.parts)})
        return True


async def draw(app: Any, scope: Any) -> Drawn:
    """Run it in a task of its own: what is found on the way belongs to this page."""
    drawn = Drawn()
    drawing.set(drawn.found)
    done = asyncio.Event()
    asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Any:
        if (message := next(asked, None)) is not None:
            return message
        # Quart reads on until the visitor hangs up: here, when the page is complete.
        await done.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            drawn.status, drawn.headers = message["status"], list(message["headers"])
        else:
            drawn.parts.append(message.get("body", b""))
            if not message.get("more_body"):
                done.set()

    await app(scope, receive, send)
    return drawn
