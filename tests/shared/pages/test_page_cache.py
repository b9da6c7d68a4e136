"""What is kept, for whom, and how it is answered; without a cache, pages are right, only slower."""

import json
import time

import pytest

from rose.supervisor.valkey import Valkey
from shared.browser.app.redis_cacher import invalidate
from shared.browser.app.redis_cacher.kept import CookieForEveryone, keep, unpack
from shared.db.session import transaction
from tests.house import House
from tests.shared.pages.asking import cache, read, renders


async def test_a_kept_page_is_not_made_again(shelf: House) -> None:
    await read(shelf)

    answer = await shelf.client().get("/t/shelf/")

    assert answer.headers["X-Cache"] == "hit"
    assert renders(shelf) == 1


async def test_a_kept_page_carries_the_safe_headers(shelf: House) -> None:
    await read(shelf)

    answer = await shelf.client().get("/t/shelf/")

    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-cache"


async def test_an_unknown_host_gets_no_kept_page(shelf: House) -> None:
    await read(shelf)

    answer = await shelf.client().get("/t/shelf/", headers={"Host": "evil.example"})

    assert answer.status_code == 421


@pytest.mark.parametrize(("accepted", "encoding"), [("br, gzip", "br"), ("gzip;q=1, br;q=0", "gzip"), ("", None)])
async def test_a_page_comes_as_the_browser_likes_it(shelf: House, accepted: str, encoding: str | None) -> None:
    plain = await read(shelf)

    answer = await shelf.client().get("/t/shelf/", headers={"Accept-Encoding": accepted})

    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.text == plain


async def test_a_browser_that_has_the_page_is_told_so(shelf: House) -> None:
    await read(shelf)
    first = await shelf.client().get("/t/shelf/")

    again = await shelf.client().get("/t/shelf/", headers={"If-None-Match": first.headers["ETag"]})
    otherwise = await shelf.client().get("/t/shelf/", headers={"If-None-Match": '"another"'})

    assert (again.status_code, again.content) == (304, b"")
    assert otherwise.status_code == 200


async def test_a_head_has_no_body(shelf: House) -> None:
    await read(shelf)

    answer = await shelf.client().head("/t/shelf/")

    assert (answer.status_code, answer.content, answer.headers["X-Cache"]) == (200, b"", "hit")


async def test_nothing_of_a_request_reaches_a_page_but_its_address(shelf: House) -> None:
    odd = {
        "X-Forwarded-Host": "evil.example",
        "User-Agent": "poison",
        "Cookie": "a=poison",
        "Accept-Language": "poison",
    }

    first = await shelf.client().get("/t/shelf/?utm=poison&page=2", headers=odd)
    second = await shelf.client().get("/t/shelf/?page=2")

    assert "poison" not in first.text
    assert "heard: []" in first.text
    assert second.headers["X-Cache"] == "hit"


async def test_a_process_that_starts_later_uses_what_others_have_drawn(shelf: House) -> None:
    await read(shelf)
    cache(shelf).shelf.clear()

    answer = await shelf.client().get("/t/shelf/")

    assert answer.headers["X-Cache"] == "hit"
    assert (renders(shelf), cache(shelf).figures.l2) == (1, 1)


@pytest.mark.parametrize("special", [{"Range": "bytes=0-1"}, {"Authorization": "Basic x"}])
async def test_what_asks_for_more_than_a_page_goes_to_the_app(shelf: House, special: dict[str, str]) -> None:
    await read(shelf)
    before = cache(shelf).figures.l1

    answer = await shelf.client().get("/t/shelf/", headers=special)

    assert "X-Cache" not in answer.headers
    assert (renders(shelf), cache(shelf).figures.l1) == (2, before)


@pytest.mark.parametrize("kind", ["cookie", "no", "missing", "busy"])
async def test_what_is_not_for_everyone_is_not_kept(shelf: House, kind: str) -> None:
    await read(shelf, f"/t/odd/{kind}/")

    await read(shelf, f"/t/odd/{kind}/")

    assert renders(shelf) == 2


async def test_members_get_the_same_page(shelf: House) -> None:
    await read(shelf)
    browser = await shelf.signed_in(await shelf.member())

    answer = await browser.get("/t/shelf/")

    assert answer.headers["X-Cache"] == "hit"


async def test_behind_a_gate_members_read_on(shelf: House) -> None:
    ann = await shelf.signed_in(await shelf.member())

    pages = [await ann.get("/t/gate/"), await shelf.client().get("/t/gate/"), await ann.get("/t/gate/")]

    assert [page.text for page in pages] == ["all of it", "the beginning", "all of it"]
    assert pages[1].headers["Vary"] == "Accept-Encoding, Cookie"
    assert pages[2].headers["Cache-Control"] == "private, no-store"


async def test_without_the_cache_pages_are_right(shelf: House, valkey: Valkey) -> None:
    await read(shelf)
    valkey.stop()
    try:
        await shelf.client().post("/t/shelf/6/")

        assert "jars: 6" in await read(shelf)
    finally:
        valkey.start()


async def test_a_new_menu_shows_on_every_page(shelf: House) -> None:
    await read(shelf)

    async with transaction() as session:
        invalidate(session, "menu")
    await shelf.deliver()
    answer = await shelf.client().get("/t/shelf/")

    assert answer.headers["X-Cache"] == "miss"


async def test_those_who_ask_together_wait_for_one_drawing(shelf: House) -> None:
    import asyncio

    await asyncio.gather(*(read(shelf) for _ in range(5)))

    assert renders(shelf) == 1


def test_no_cookie_can_be_kept_whoever_wants_to_keep_it() -> None:
    cookie = [(b"Set-Cookie", b"sid=x")]
    packed = keep(b"page", [], since=0, times=(time.time(), 60)).pack()
    end = 4 + int.from_bytes(packed[:4])
    head = json.loads(packed[4:end])
    head[5] = [["set-cookie", "sid=x"]]
    forged = json.dumps(head).encode()

    with pytest.raises(CookieForEveryone):
        keep(b"page", cookie, since=0, times=(time.time(), 60))
    with pytest.raises(CookieForEveryone):
        unpack(len(forged).to_bytes(4) + forged + packed[end:])
