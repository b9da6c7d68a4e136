from collections import OrderedDict
from collections.abc import Iterable

from shared.browser.app.redis_cacher.clock import Clock, Moment
from shared.browser.app.redis_cacher.values import Value


class NoPageCache:
    """A site without Valkey: every page is drawn for the one who asks."""

    def __init__(self) -> None:
        # Never trusted, because nobody follows any changes.
        self.clock = Clock()
        self.values: OrderedDict[str, Value] = OrderedDict()

    async def bump(self, tags: Iterable[str]) -> Moment:
        del tags
        return 0

    async def aclose(self) -> None:
        """Nothing was opened."""
