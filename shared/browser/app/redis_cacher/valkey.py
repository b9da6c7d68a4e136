"""Pages in Valkey, or none for the moment."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from shared.breaker import Away
from shared.db.valkey import breaker, connect

T = TypeVar("T")


class Link:
    """Ask, and do without when there is no answer. `text` is for words, `raw` for pages."""

    def __init__(self, url: str) -> None:
        self.text = connect(url, text=True)
        self.raw = connect(url)
        self.breaker = breaker(url)

    async def ask(self, question: Callable[[], Awaitable[T]]) -> T | None:
        try:
            return await self.breaker.ask(question)
        except Away:
            return None

    async def aclose(self) -> None:
        await self.text.aclose()
        await self.raw.aclose()
