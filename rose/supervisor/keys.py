"""Secrets a site makes for itself, once, in files only their owner may read."""

import os
import secrets
from pathlib import Path


def own_secret(home: Path, name: str) -> str:
    """The secret of that name below `home`, made on first use and the same ever after."""
    path = home / "secrets" / name
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, secrets.token_hex(32))
    return path.read_text().strip()


def write_private(path: Path, text: str) -> None:
    """Whole or not at all, whatever is killed meanwhile, and never readable by others."""
    part = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
