"""An operator's shell: `rose` with words and an environment, and what it says."""

import asyncio
import io
import sys
from collections.abc import AsyncIterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from rose.cli import main
from shared.db.session import create_engine, engine, use_engine


@pytest.fixture
async def shell(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """What stands in the operator's environment."""
    given = {"DATABASE_URL": database_url, "SECRET_KEY": "s" * 32, "INTERNAL_KEY": "i" * 32, "ROSE_HOME": str(tmp_path)}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    mine = create_engine(database_url)
    use_engine(mine)
    yield
    await mine.dispose()
    use_engine(None)


async def typed(*words: str, **environ: str) -> tuple[int, str]:
    """The exit code and everything that was said. In a thread of its own: each command runs a loop of its own."""
    mine = engine()
    answer = await asyncio.to_thread(_type, words, environ)
    # A command brings its own database, and takes it away again.
    use_engine(mine)
    return answer


def _type(words: tuple[str, ...], environ: dict[str, str]) -> tuple[int, str]:
    said, code = io.StringIO(), 0
    with pytest.MonkeyPatch.context() as given, redirect_stdout(said), redirect_stderr(said):
        given.setattr(sys, "argv", ["rose", *words])
        for name, value in environ.items():
            given.setenv(name, value)
        try:
            main()
        except SystemExit as ended:
            # As Python does it: a sentence is said, and is a failure.
            code = ended.code if isinstance(ended.code, int) else 1
            said.write("" if isinstance(ended.code, int) else f"{ended.code}\n")
    return code, said.getvalue()
