import pytest
from redis import Redis

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

        assert "1 (50 %)" in page.text
        assert "cold 1" in page.text
        assert page.text.count("Does not answer") == 1

    async def test_all_pages_can_be_thrown_away(self, house: House) -> None:
        bob = await house.signed_in(await house.member(admin=True))
        await bob.get("/posts/")

        told = await bob.post("/admin/cache/delete/")
        again = await house.client().get("/posts/")

        assert "thrown away" in told.text
        assert again.headers["X-Cache"] == "miss"
