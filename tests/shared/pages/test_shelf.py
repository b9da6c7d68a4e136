"""The memory of one process has room for so many pages, and pages of one release only."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.browser.app.redis_cacher import kept_value, store
from shared.browser.app.redis_cacher.figures import Figures
from shared.browser.app.redis_cacher.kept import Kept, keep
from shared.browser.app.redis_cacher.shelf import MOST_BYTES, Address, Shelf
from tests.house import House
from tests.shared.pages.asking import cache, read, until

MEGABYTE = b"x" * 1024 * 1024


def a_page(body: bytes = b"page") -> Kept:
    return keep(body, [], since=1, times=(60, 600))


def at(number: int) -> Address:
    return Address(f"/{number}/", b"", partial=False)


def test_the_page_that_was_used_least_makes_room_for_the_2001st() -> None:
    shelf, page = Shelf(Figures("blog")), a_page()
    for number in range(2000):
        shelf.put(at(number), page)

    shelf.get(at(0))
    shelf.put(at(2000), page)

    assert len(shelf.kept) == shelf.figures.entries == 2000
    assert shelf.get(at(0)) is page
    assert shelf.get(at(1)) is None


def test_large_pages_make_room_at_64_megabytes() -> None:
    shelf, page = Shelf(Figures("blog")), a_page()
    page.bodies = MEGABYTE, MEGABYTE
    for number in range(10):
        shelf.put(at(number), page)

    assert MOST_BYTES - page.weight < shelf.figures.weight <= MOST_BYTES == 64 * 1024 * 1024
    assert shelf.figures.weight == page.weight * len(shelf.kept)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the code of a release lies."""
    monkeypatch.setattr(store, "ROOT", tmp_path)
    store.release.cache_clear()
    yield tmp_path
    store.release.cache_clear()


@pytest.mark.parametrize(
    "changed", ["blog/routes/posts.py", "shared/browser/templates/base.html", "shared/static/dist/manifest.json"]
)
def test_a_new_release_never_meets_a_page_of_the_old(house: House, tree: Path, changed: str) -> None:
    file = tree / changed
    file.parent.mkdir(parents=True)
    prefixes = []
    for text in ("before", "after", "before"):
        file.write_text(text)
        store.release.cache_clear()
        prefixes.append(store.Store(cache(house).link, house.settings, "blog").prefix)

    assert prefixes[0] == prefixes[2] != prefixes[1]


async def test_a_kept_value_is_asked_for_again_when_it_has_changed(shelf: House) -> None:
    asked: list[int] = []

    async def load() -> int:
        asked.append(1)
        return len(asked)

    await read(shelf)
    await until(lambda: cache(shelf).clock.trusted)
    async with shelf.apps["blog"].app_context():
        found = [await kept_value("jars", load, tags=("jars",)) for _ in range(2)]
        await cache(shelf).bump(["menu"])
        found.append(await kept_value("jars", load, tags=("jars",)))
        await cache(shelf).bump(["jars"])
        found.append(await kept_value("jars", load, tags=("jars",)))

    assert found == [1, 1, 1, 2]
