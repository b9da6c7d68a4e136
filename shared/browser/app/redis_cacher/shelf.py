"""L1: the pages that this process holds in memory, the least used one leaving first."""

from collections import OrderedDict
from typing import NamedTuple

from shared.browser.app.redis_cacher.figures import Figures
from shared.browser.app.redis_cacher.kept import Kept

MOST_PAGES = 2000
MOST_BYTES = 64 * 1024 * 1024


class Address(NamedTuple):
    """What a page may depend on, and nothing else of a request."""

    path: str
    query: bytes
    partial: bool


class Shelf:
    def __init__(self, figures: Figures, *, pages: int = MOST_PAGES, size: int = MOST_BYTES) -> None:
        self.figures, self.pages, self.size = figures, pages, size
        self.kept: OrderedDict[tuple[str, bytes, bool], Kept] = OrderedDict()
        self.weights: dict[tuple[str, bytes, bool], int] = {}

    def get(self, address: tuple[str, bytes, bool]) -> Kept | None:
        found = self.kept.get(address)
        if found is not None:
            self.kept.move_to_end(address)
        return found

    def put(self, address: tuple[str, bytes, bool], page: Kept) -> None:
        self.discard(address)
        self.kept[address] = page
        self.weights[address] = page.weight
        self._count(self.weights[address])
        while self.kept and (len(self.kept) > self.pages or self.figures.weight > self.size):
            self.discard(next(iter(self.kept)))

    def discard(self, address: tuple[str, bytes, bool]) -> None:
        if self.kept.pop(address, None) is not None:
            self._count(-self.weights.pop(address))

    def clear(self) -> None:
        for address in list(self.kept):
            self.discard(address)

    def _count(self, weight: int) -> None:
        self.figures.weight += weight
        self.figures.entries = len(self.kept)
