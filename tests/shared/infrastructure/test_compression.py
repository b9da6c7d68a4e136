"""What is sent small, and what is left as it is."""

from typing import Any

import brotli
import httpx
import pytest

from shared.infrastructure.compression import Compressed
from tests.house import House

PLAIN = {"Accept-Encoding": "identity"}


async def raw(browser: httpx.AsyncClient, url: str, **headers: str) -> tuple[httpx.Headers, bytes]:
    async with browser.stream("GET", url, headers=headers) as answer:
        return answer.headers, b"".join([part async for part in answer.aiter_raw()])


@pytest.mark.parametrize("encoding", ["br", "gzip"])
async def test_a_members_page_is_sent_small(house: House, encoding: str) -> None:
    browser = await house.signed_in(await house.member())
    url = house.url("blog", "/account/")
    plain = (await browser.get(url, headers=PLAIN)).text

    headers, body = await raw(browser, url, **{"Accept-Encoding": encoding})

    assert headers["content-encoding"] == encoding
    assert int(headers["content-length"]) == len(body) < len(plain) / 2
    assert (await browser.get(url, headers={"Accept-Encoding": encoding})).text == plain


async def test_whoever_takes_no_encoding_gets_none(house: House) -> None:
    browser = await house.signed_in(await house.member())

    headers, body = await raw(browser, house.url("blog", "/account/"), **PLAIN)

    assert "content-encoding" not in headers
    assert body.rstrip().endswith(b"</html>")


async def test_a_refusal_is_sent_small_too(house: House) -> None:
    headers, body = await raw(house.client(), house.url("blog", "/nothing/here/"), **{"Accept-Encoding": "br"})

    assert headers["content-encoding"] == "br"
    assert b"</html>" in brotli.decompress(body)


async def test_another_site_cannot_measure_a_members_page(house: House) -> None:
    browser = await house.signed_in(await house.member())

    headers, _ = await raw(
        browser, house.url("blog", "/account/"), **{"Accept-Encoding": "br", "Sec-Fetch-Site": "cross-site"}
    )

    assert "content-encoding" not in headers


START: dict[str, Any] = {"type": "http.response.start", "status": 200}
HTML = (b"content-type", b"text/html; charset=utf-8")


@pytest.mark.parametrize(
    "headers",
    [
        [HTML],
        [(b"content-type", b"image/png"), (b"content-length", b"6000")],
        [HTML, (b"content-length", b"900")],
        [HTML, (b"content-length", b"6000"), (b"content-encoding", b"br")],
        [HTML, (b"content-length", b"6000"), (b"etag", b'"a"')],
    ],
    ids=["stream", "picture", "small", "encoded", "named by its bytes"],
)
async def test_what_is_left_as_it_is(headers: list[tuple[bytes, bytes]]) -> None:
    said: list[Any] = []

    async def send(message: Any) -> None:
        said.append(message)

    messages = [
        {**START, "headers": headers},
        {"type": "http.response.body", "body": b"words " * 500, "more_body": True},
        {"type": "http.response.body", "body": b"", "more_body": False},
    ]
    compressed = Compressed(send, b"br")
    for message in messages:
        await compressed(message)

    assert said == messages
