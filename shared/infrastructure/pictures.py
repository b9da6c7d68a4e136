"""Pictures that people upload: checked, made anew in a limited process, named by their content."""

import asyncio
import errno
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path
from tempfile import TemporaryDirectory

from shared.config import Settings
from shared.errors import Invalid, NotFound, Unavailable

MOST_BYTES = 10 * 1024 * 1024
SECONDS = 30
# Each of them may take half a gigabyte for a moment.
AT_ONCE = asyncio.Semaphore(1)
PATIENCE_SECONDS = 10.0
NAME = re.compile(r"[0-9a-f]{32}(-600|-1200)?\.(jpg|png|webp|gif|avif)")
TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif", "avif": "image/avif"}
# How files of each kind begin: the name and the type that the browser sends say nothing.
BEGINNINGS = re.compile(
    rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8[79]a|RIFF.{4}WEBP|.{4}ftyp(?:avif|avis|mif1)",
    re.DOTALL,
)


class NotAPicture(Invalid):
    message = "This file is no picture that can be shown. JPEG, PNG, WebP, GIF and AVIF are taken, to 40 megapixels."


class TooLarge(Invalid):
    message = "This picture is larger than 10 MB. Make it smaller and try again."


class NoRoom(Unavailable):
    message = "There is no room for pictures just now, so nothing was stored. Please tell whoever looks after the site."


class TooManyPictures(Unavailable):
    wait = 30
    message = "Many pictures are being made ready just now, so this one was not taken. Try again in half a minute."


class PictureNotFound(NotFound):
    message = "There is no picture at this address."


def media_folder(settings: Settings) -> Path:
    folder = settings.home / "media"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


async def store(content: bytes, settings: Settings) -> str:
    """The picture's address. The same picture again has the same. Raises NotAPicture, TooLarge,
    TooManyPictures or NoRoom.
    """
    if len(content) > MOST_BYTES:
        raise TooLarge
    if not BEGINNINGS.match(content):
        raise NotAPicture
    try:
        folder = media_folder(settings)
        with TemporaryDirectory(dir=folder) as made:
            name = await _in_turn(content, made)
            _keep(Path(made), folder)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise NoRoom from error
    return f"/media/{name}"


def find(name: str, settings: Settings) -> Path:
    """Raises PictureNotFound."""
    path = media_folder(settings) / name
    if not NAME.fullmatch(name) or not path.is_file():
        raise PictureNotFound
    return path


def type_of(path: Path) -> str:
    return TYPES[path.suffix[1:]]


def srcset(address: str) -> str:
    """The smaller copies of a picture of ours, as browsers choose from them."""
    stem = address.rsplit(".", 1)[0]
    return f"{stem}-600.webp 600w, {stem}-1200.webp 1200w"


def _keep(made: Path, folder: Path) -> None:
    for path in made.iterdir():
        path.rename(folder / path.name)


async def _in_turn(content: bytes, folder: str) -> str:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await AT_ONCE.acquire()
    except TimeoutError:
        raise TooManyPictures from None
    try:
        return await _convert(content, folder)
    finally:
        AT_ONCE.release()


async def _convert(content: bytes, folder: str) -> str:
    command = (sys.executable, "-m", "shared.infrastructure.picture_process", folder)
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
    try:
        async with asyncio.timeout(SECONDS):
            answer, _ = await process.communicate(content)
    except TimeoutError:
        raise NotAPicture from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == errno.ENOSPC:
        raise NoRoom
    if process.returncode != 0 or not NAME.fullmatch(name := answer.decode()):
        raise NotAPicture
    return name
