"""What people upload: decoded far from the app, made anew, and harmless whatever a browser takes it for."""

import asyncio
import io
import re
import struct
import zlib
from pathlib import Path

import httpx
import pytest
from PIL import Image

from shared.db.session import transaction
from shared.infrastructure import pictures
from tests.factories.events import an_entry
from tests.factories.market import a_product
from tests.house import House
from tests.security.admins import form_values


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, *chunks: bytes, rows: bytes = b"") -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def bomb() -> bytes:
    """900 megapixels in some 100 kB."""
    return png(30_000, 30_000, rows=bytes(30_000 * (1 + 3750)))


def colour_bomb() -> bytes:
    """A colour profile that unpacks to 200 MB."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(10_000_000)) for _ in range(20)) + packer.flush()
    return png(8, 8, chunk(b"iCCP", b"icc\0\0" + packed), rows=bytes(16))


def a_picture(kind: str = "PNG", **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (900, 600), (40, 160, 90)).save(out, kind, **more)
    return out.getvalue()


def polyglot() -> bytes:
    """A GIF that is a script as well."""
    return b"GIF89a/*" + a_picture("GIF")[8:] + b"*/=1;alert(document.domain)//<script>alert(1)</script>"


REFUSED = {
    "900 megapixels": bomb,
    "svg": lambda: b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "truncated": lambda: a_picture("JPEG")[:300],
    "page": lambda: b"<!doctype html><script>alert(1)</script>",
    "postscript": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "tiff": lambda: a_picture("TIFF"),
    "icon": lambda: a_picture("ICO"),
    "eleven megabytes": lambda: a_picture() + bytes(10 * 1024 * 1024),
    "head alone": lambda: b"\x89PNG\r\n\x1a\n",
}


def memory(mark: str) -> int:
    """Of this process, in kB, from proc(5)."""
    return int(re.search(rf"{mark}:\s+(\d+)", Path("/proc/self/status").read_text())[1])  # type: ignore[index]


def forget_the_most_memory() -> int:
    """What is used now. The most ever used counts from here: other tests of this process may have used more."""
    Path("/proc/self/clear_refs").write_text("5")
    return memory("VmRSS")


async def upload(browser: httpx.AsyncClient, content: bytes, name: str = "any.png") -> httpx.Response:
    return await browser.post("/admin/uploads/", files={"file": (name, content)})


async def editor(house: House) -> httpx.AsyncClient:
    return await house.signed_in(await house.member("bob@example.com", admin=True))


async def test_what_is_no_honest_picture_is_refused_and_the_app_does_not_grow(house: House) -> None:
    bob = await editor(house)
    corpus = {name: make() for name, make in REFUSED.items()}
    before = forget_the_most_memory()

    statuses = {name: (await upload(bob, content)).status_code for name, content in corpus.items()}

    assert statuses == dict.fromkeys(REFUSED, 422)
    assert memory("VmHWM") - before < 50_000
    assert [path for path in (house.settings.home / "media").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("make", [polyglot, colour_bomb], ids=["script in a gif", "colour profile"])
async def test_what_can_be_saved_is_made_anew(house: House, make) -> None:
    bob = await editor(house)

    answer = await upload(bob, make())

    if answer.status_code == 201:
        kept = (await house.client().get(answer.json()["url"])).content
        assert b"script" not in kept
        assert b"alert" not in kept
        assert b"iCCP" not in kept
        assert len(kept) < 20_000


async def test_one_picture_is_decoded_at_a_time_and_nobody_waits_for_ever(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = await editor(house)
    monkeypatch.setattr(pictures, "AT_ONCE", asyncio.Semaphore(1))
    monkeypatch.setattr(pictures, "PATIENCE_SECONDS", 0.1)

    async with pictures.AT_ONCE:
        late = await upload(bob, a_picture())
    kept = list((house.settings.home / "media").iterdir())
    again = [(await upload(bob, content())).status_code for content in (a_picture, REFUSED["truncated"], a_picture)]

    assert (late.status_code, late.headers["Retry-After"], kept) == (503, "30", [])
    assert "Try again in half a minute" in late.text
    assert again == [201, 422, 201]


async def test_nothing_the_camera_or_its_owner_wrote_is_kept(house: House) -> None:
    bob, exif = await editor(house), Image.Exif()
    exif[0x9286] = "canary-home"
    content = a_picture("JPEG", exif=exif, comment=b"canary-home", icc_profile=b"canary-home" * 9)

    address = (await upload(bob, content)).json()["url"]

    for path in (house.settings.home / "media").iterdir():
        assert b"canary-home" not in path.read_bytes()
    assert address.endswith(".jpg")


@pytest.mark.parametrize("name", ["../../../etc/cron.d/x.png", "/etc/passwd", "a\x00.png", "..\\..\\x.png"])
async def test_a_file_is_named_by_its_content_alone(house: House, name: str) -> None:
    bob = await editor(house)

    one = await upload(bob, a_picture(), name)
    two = await upload(bob, a_picture(), "other.png")

    assert re.fullmatch(r"/media/[0-9a-f]{32}\.png", one.json()["url"])
    assert one.json() == two.json()


@pytest.mark.parametrize("app", ["blog", "market", "cart", "events"])
async def test_every_app_serves_pictures_in_a_cage(house: House, app: str) -> None:
    bob = await editor(house)
    address = (await upload(bob, a_picture())).json()["url"]

    answer = await house.client().get(house.url(app, address))
    again = await house.client().get(house.url(app, address), headers={"If-None-Match": answer.headers["ETag"]})

    for found in (answer, again):
        assert found.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert again.status_code == 304


@pytest.mark.parametrize("name", ["..%2f..%2fsecrets%2fsecret-key", "%2e%2e/secret-key", "x.svg", "a" * 32 + ".html"])
async def test_nothing_but_pictures_comes_out_of_the_folder(house: House, name: str) -> None:
    folder = house.settings.home / "media"
    folder.mkdir()
    (folder.parent / "secret-key").write_text("canary")

    assert (await house.client().get(f"/media/{name}")).status_code == 404


async def test_a_product_gets_its_picture_by_upload(house: House) -> None:
    bob = await editor(house)
    async with transaction() as session:
        product = await a_product(session, image_url=None)
    page = house.url("market", f"/admin/products/{product.id}/")
    values = form_values((await bob.get(page)).text, action=page)

    wrong = await bob.post(page, data=values, files={"picture": ("x.png", b"no picture")})
    saved = await bob.post(page, data=values, files={"picture": ("x.png", a_picture())})
    shown = await house.client().get(house.url("market", f"/products/{product.slug}/"))

    assert wrong.status_code == 422
    assert "no picture that can be shown" in wrong.text
    assert saved.status_code == 200
    assert re.search(r'<img[^>]+src="/media/[0-9a-f]{32}\.png"', shown.text)


async def test_an_entry_gets_its_picture_by_upload(house: House) -> None:
    bob = await editor(house)
    async with transaction() as session:
        entry = await an_entry(session)
    path = f"/admin/entries/{entry.id}/"
    values = form_values((await bob.get(house.url("events", path))).text, action=path)

    saved = await bob.post(house.url("events", path), data=values, files={"picture": ("x.png", a_picture())})
    shown = await house.client().get(house.url("events", entry.path))

    assert saved.status_code == 200
    assert re.search(r'<img[^>]+src="/media/[0-9a-f]{32}\.png"', shown.text)
