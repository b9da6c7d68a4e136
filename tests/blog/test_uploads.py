import io

import httpx
import pytest
from PIL import Image

from tests.house import House


def a_picture(kind: str = "JPEG", size: tuple[int, int] = (1400, 900)) -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x9286] = "taken at home"
    Image.new("RGB", size, (200, 90, 60)).save(out, kind, exif=exif)
    return out.getvalue()


async def upload(browser: httpx.AsyncClient, content: bytes) -> httpx.Response:
    return await browser.post("/admin/uploads/", files={"file": ("any.jpg", content)}, data={"kind": "image"})


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
async def test_a_picture_comes_back_without_what_the_camera_wrote_into_it(house: House, kind: str) -> None:
    bob = await house.signed_in(await house.member(admin=True))

    address = (await upload(bob, a_picture(kind))).json()["url"]
    picture = await house.client().get(address)
    small = await house.client().get(f"{address.rsplit('.', 1)[0]}-600.webp")

    assert picture.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert b"taken at home" not in picture.content
    assert Image.open(io.BytesIO(small.content)).size == (600, 386)


@pytest.mark.parametrize(
    "content",
    [b"<svg onload=alert(1)>", b"\xff\xd8\xff not really", b"", a_picture("PNG", (20_000, 2_001))],
    ids=["svg", "broken", "empty", "too many pixels"],
)
async def test_what_is_no_picture_is_refused_in_words(house: House, content: bytes) -> None:
    bob = await house.signed_in(await house.member(admin=True))

    answer = await upload(bob, content)

    assert answer.status_code == 422
    assert answer.json()["error"]


async def test_members_may_not_upload(house: House) -> None:
    ann = await house.signed_in(await house.member())

    assert (await upload(ann, a_picture())).status_code == 403


async def test_a_post_gets_the_picture_that_was_sent_with_it(house: House) -> None:
    bob = await house.signed_in(await house.member(admin=True))
    post = {"title": "Frost", "body": "It came at night.", "visibility": "public"}

    saved = await bob.post("/admin/posts/", data=post, files={"picture": ("frost.jpg", a_picture())})
    refused = await bob.post("/admin/posts/", data=post, files={"picture": ("frost.jpg", b"no picture")})

    assert 'name="feature_image" type="text" class="input " value="/media/' in " ".join(saved.text.split())
    assert refused.status_code == 422
    assert '<a class="link-row" href="#picture">This file is no picture' in refused.text
