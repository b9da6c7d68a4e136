import asyncio
import os
import re
import secrets
import time
from functools import lru_cache
from pathlib import Path

from rose.standins.mail.mail import FROM, TO, Mail

_ID = re.compile(r"\d{19}-[0-9a-f]{8}")


class Mailbox:
    """A folder of .eml files, named by the moment each arrived. They survive any kill, and mail programs open them."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._arrival = asyncio.Condition()

    async def add(self, sender: str, recipients: list[str], content: bytes) -> None:
        """Written whole, and on the disk when this returns."""
        envelope = f"{FROM}: {_line(sender)}\r\n{TO}: {_line(', '.join(recipients))}\r\n"
        name = f"{time.time_ns():019}-{secrets.token_hex(4)}.eml"
        await asyncio.to_thread(_write, self._folder / name, envelope.encode() + content)
        async with self._arrival:
            self._arrival.notify_all()

    def find(self, mail_id: str) -> Mail | None:
        path = self._folder / f"{mail_id}.eml"
        return _read(path) if _ID.fullmatch(mail_id) and path.exists() else None

    def list_newest(self, *, to: str = "", limit: int = 200) -> list[Mail]:
        found = []
        for path in sorted(self._folder.glob("*.eml"), reverse=True):
            mail = _read(path)
            if mail.is_for(to):
                found.append(mail)
            if len(found) == limit:
                break
        return found

    async def wait_for(self, to: str, seconds: float) -> list[Mail]:
        """As soon as there is one, or nothing once the time is up."""
        try:
            async with asyncio.timeout(seconds), self._arrival:
                await self._arrival.wait_for(lambda: self.list_newest(to=to, limit=1))
        except TimeoutError:
            pass
        return self.list_newest(to=to)

    def clear(self) -> None:
        for path in self._folder.glob("*.eml"):
            path.unlink(missing_ok=True)


def _line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _write(path: Path, content: bytes) -> None:
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)


@lru_cache(maxsize=500)
def _read(path: Path) -> Mail:
    return Mail.parse(path.stem, path.read_bytes())
