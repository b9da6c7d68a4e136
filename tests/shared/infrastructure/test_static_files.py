"""Serving what was built."""

import json

import pytest
from quart import Quart

from shared.infrastructure.static_files import (
    AssetsMissing,
    NoSuchAsset,
    asset_address,
    piece_address,
    use_static_files,
)

NAME = "app-0123456789abcdef.css"
DRAWING, SPRITE = "images/hall-0123456789abcdef.svg", "icons-0123456789abcdef.svg"


@pytest.fixture
def dist(tmp_path):
    (tmp_path / "manifest.json").write_text(
        json.dumps({"app.css": NAME, "images/hall.svg": DRAWING, "icons.svg": SPRITE})
    )
    (tmp_path / NAME).write_text("body{}")
    (tmp_path / "images").mkdir()
    (tmp_path / DRAWING).write_text("<svg/>")
    (tmp_path / SPRITE).write_text('<svg><symbol id="carrot"/></svg>')
    (tmp_path / f"{NAME}.br").write_bytes(b"brotli")
    (tmp_path / f"{NAME}.gz").write_bytes(b"gzip")
    return tmp_path


@pytest.fixture
def client(dist):
    app = Quart("site", static_folder=None)
    use_static_files(app, folder=dist)
    return app.test_client()


async def test_a_built_file_may_be_kept_for_a_year(client):
    response = await client.get(f"/static/{NAME}")

    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.mimetype == "text/css"


@pytest.mark.parametrize(
    ("accepted", "encoding", "body"),
    [
        ("gzip, deflate, br", "br", b"brotli"),
        ("gzip", "gzip", b"gzip"),
        ("br;q=0, gzip", "gzip", b"gzip"),
        ("", None, b"body{}"),
    ],
)
async def test_a_browser_gets_the_best_compression_it_takes(client, accepted, encoding, body):
    response = await client.get(f"/static/{NAME}", headers={"Accept-Encoding": accepted})

    assert response.headers.get("Content-Encoding") == encoding
    assert response.headers["Vary"] == "Accept-Encoding"
    assert await response.get_data() == body


async def test_a_browser_that_has_the_file_is_told_so(client):
    first = await client.get(f"/static/{NAME}")

    again = await client.get(f"/static/{NAME}", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304


@pytest.mark.parametrize(
    "name", ["manifest.json", "../app.py", "app.css", "nothing-0123456789abcdef.css", ".built.json"]
)
async def test_nothing_but_hashed_names_is_served(client, name):
    assert (await client.get(f"/static/{name}")).status_code == 404


async def test_a_picture_is_found_under_its_plain_name_but_not_kept_for_long(client):
    response = await client.get("/static/images/hall.svg")

    assert (response.status_code, response.mimetype) == (200, "image/svg+xml")
    assert response.headers["Cache-Control"] == "public, max-age=3600"


def test_an_icon_that_was_not_built_is_told(dist):
    assert piece_address("icons.svg", dist)("carrot") == f"/static/{SPRITE}#carrot"

    with pytest.raises(NoSuchAsset, match="karrot"):
        piece_address("icons.svg", dist)("karrot")


def test_a_template_gets_the_current_address(dist):
    assert asset_address(dist)("app.css") == f"/static/{NAME}"


def test_a_slip_in_a_name_is_told(dist):
    with pytest.raises(NoSuchAsset, match=r"ap\.css"):
        asset_address(dist)("ap.css")


def test_without_a_build_the_remedy_is_said(tmp_path):
    with pytest.raises(AssetsMissing, match="make assets"):
        asset_address(tmp_path)("app.css")
