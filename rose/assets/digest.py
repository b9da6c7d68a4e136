"""Short content hashes: for file names, and for telling whether inputs changed."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=8).hexdigest()


def digest_files(paths: Iterable[Path]) -> str:
    """One hash over names and contents, in sorted order; a missing file counts as such."""
    total = hashlib.blake2b(digest_size=16)
    for path in sorted(set(paths)):
        content = path.read_bytes() if path.is_file() else b"missing"
        total.update(f"{path.name}:{len(content)}:".encode())
        total.update(content)
    return total.hexdigest()
