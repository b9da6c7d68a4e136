import pytest
from redis import Redis

from blog.services.page_caches import REASONS, CacheOfApp
from rose.supervisor.valkey import Valkey
from shared.config import Settings
from tests.house import House


async def test_without_valkey_it_says_so(house: House) -> None:
    bob = await house.signed_in(await house.member(admin=True))

    page = await bob.get("/admin/cache/")

    assert page.text.count("Keeps no pages") == 4


async def test_only_administrators_come_here(house: House) -> None:
    ann = await house.signed_in(await house.member())

    assert (await ann.get("/admin/cache/")).status_code == 403
    assert (await ann.post("/admin/cache/delete/")).status_code == 403


def test_reasons_keep_their_places_however_often_each_was_met() -> None:
    cache = CacheOfApp("blog", {"misses": {"news": 9, "cold": 1, "unheard": 2}}, away=False)

    assert cache.misses == [("for the first time", 1), ("with a message", 9), ("unheard", 2)]


class TestWithValkey:
    @pytest.fixture
    def settings(self, settings: Settings, valkey: Valkey) -> Settings:
        with Redis.from_url(valkey.url) as redis:
            redis.flushall()
        return settings.model_copy(update={"redis_url": valkey.url})

    async def test_it_shows_each_app_and_who_is_away(self, house: House) -> None:
        bob = await house.signed_in(await house.member(admin=True))
        await bob.get("/posts/")
        await bob.get("/posts/")
        house.stop("events")

        page = await bob.get("/admin/cache/")

        assert "1 (50%)" in page.text
        assert "1 for the first time" in page.text
        assert page.text.count("Does not answer") == 1

    async def test_what_its_words_mean_stands_beside_them(self, house: House) -> None:
        bob = await house.signed_in(await house.member(admin=True))

        page = (await bob.get("/admin/cache/")).text

        assert "Since each part was last started" in page
        assert "Something that stands on it had changed." in page

    async def test_it_asks_before_everything_is_thrown_away(self, house: House) -> None:
        bob = await house.signed_in(await house.member(admin=True))

        page = (await bob.get("/admin/cache/")).text
        question = page[page.index('<details class="confirm">') :]

        assert "makes them slow for a moment" in question
        assert page.count('action="/admin/cache/delete/"') == question.count('action="/admin/cache/delete/"') == 1

    async def test_every_reason_that_is_counted_has_words(self, house: House) -> None:
        """Whoever adds one says what it means."""
        ann = await house.signed_in(await house.member())
        for _ in range(2):
            await ann.get("/posts/", headers={"Cookie": "seen=9999999999999-0"})
        await ann.get("/posts/", headers={"Cookie": "news=1"})
        figures = house.apps["blog"].extensions["page_cache"].figures

        assert {"behind", "news"} <= set(figures.misses) <= set(REASONS)

    async def test_all_pages_can_be_thrown_away(self, house: House) -> None:
        bob = await house.signed_in(await house.member(admin=True))
        await bob.get("/posts/")

        told = await bob.post("/admin/cache/delete/")
        again = await house.client().get("/posts/")

        assert "was emptied" in told.text
        assert again.headers["X-Cache"] == "miss"
