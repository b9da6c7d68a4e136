"""The folder of built files: hashed names, compressed siblings, the manifest, and what each was made from."""

import fcntl
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Self

from rose.assets.compress import compressed
from rose.assets.digest import digest, digest_files
from rose.assets.errors import BuildFailed
from rose.assets.plan import Plan, hashed_name

# Pages in caches and running servers may still name yesterday's files.
KEEP_SECONDS = 7 * 24 * 3600
TOOLS = sorted(Path(__file__).parent.glob("*.*"))


class Shelf:
    """Used as a context manager: one builder at a time; the manifest names whatever was built whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: IO[str] | None = None
        self._built: dict[str, dict[str, str]] = {}
        self._stamps: dict[str, str] = {}

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = (self._folder / ".lock").open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        record = self._folder / ".built.json"
        if record.exists():
            self._built, self._stamps = json.loads(record.read_text())
        return self

    def __exit__(self, *_: object) -> None:
        self._finish()
        if self._lock is not None:
            self._lock.close()

    def put(self, plan: Plan, say: Callable[[str], None]) -> None:
        stamp = digest_files([*plan.inputs, *TOOLS])
        if self._stamps.get(plan.name) == stamp and self._whole(plan.name):
            return
        started = time.monotonic()
        contents = plan.make(self._named)
        self._built[plan.name] = {logical: self._store(logical, contents[logical]) for logical in contents}
        self._stamps[plan.name] = stamp
        say(f"Built {plan.name} in {time.monotonic() - started:.1f} s")

    def _named(self, logical: str) -> str:
        for files in self._built.values():
            if logical in files:
                return files[logical]
        raise BuildFailed(f"there is no {logical} among the built files")

    def _whole(self, name: str) -> bool:
        return all((self._folder / file).exists() for file in self._built[name].values())

    def _store(self, logical: str, content: bytes) -> str:
        name = hashed_name(logical, digest(content))
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        for suffix, body in compressed(logical, content).items():
            _replace(path.with_name(path.name + suffix), body)
        _replace(path, content)
        return name

    def _finish(self) -> None:
        manifest = dict(sorted(pair for files in self._built.values() for pair in files.items()))
        _replace_text(self._folder / ".built.json", json.dumps([self._built, self._stamps]))
        _replace_text(self._folder / "manifest.json", json.dumps(manifest, indent=1))
        self._sweep(set(manifest.values()))

    def _sweep(self, current: set[str]) -> None:
        limit = time.time() - KEEP_SECONDS
        for path in self._folder.rglob("*-*.*"):
            name = str(path.relative_to(self._folder)).removesuffix(".br").removesuffix(".gz")
            if name not in current and path.is_file() and path.stat().st_mtime < limit:
                path.unlink()


def _replace_text(path: Path, text: str) -> None:
    if not path.exists() or path.read_text() != text:
        _replace(path, text.encode())


def _replace(path: Path, content: bytes) -> None:
    """Readers see the old file or the whole new one."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    partial.replace(path)
