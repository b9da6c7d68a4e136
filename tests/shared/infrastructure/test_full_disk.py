"""No room left on the disk: what is there can be read, and what finds no room is refused in words."""

import subprocess
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path

import pytest
import structlog

from shared.log_config.setup import setup_logging
from tests.blog.test_uploads import a_picture, upload
from tests.house import House, settings_for


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"Only root may have a disk of their own: {done.stderr}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(disk: Path) -> Path:
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        while True:
            file.write(b"x" * 4096)
    return filler


async def test_pages_are_read_on_and_a_picture_is_refused_in_words(database_url: str, small_disk: Path) -> None:
    house = House(settings_for(database_url, home=small_disk))
    bob = await house.signed_in(await house.member(admin=True))
    filler = fill(small_disk)

    pages = [await house.client().get(house.url(app)) for app in ("blog", "market", "cart", "events")]
    refused = await upload(bob, a_picture())
    left = list((small_disk / "media").glob("*"))
    filler.unlink()
    taken = await upload(bob, a_picture())

    await house.aclose()
    assert [page.status_code for page in pages] == [200] * 4
    assert refused.status_code == 503
    assert "no room for pictures" in refused.text
    assert left == []
    assert taken.status_code < 300


def test_a_log_that_finds_no_room_stops_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    with TextIOWrapper(Path("/dev/full").open("wb", buffering=0), write_through=True) as log:
        setup_logging("blog", stream=log)
        structlog.get_logger("t").info("one")
        structlog.get_logger("t").info("two")
    setup_logging("blog")

    assert "No space left" in capfd.readouterr().err
