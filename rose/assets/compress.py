"""Siblings for browsers that take Brotli or gzip, made once instead of at every answer."""

import gzip
from pathlib import PurePath

import brotli

TEXT = {".css", ".js", ".svg", ".json", ".txt", ".webmanifest", ".ico"}
# The best level takes six seconds on the editor's three megabytes and wins a tenth.
LARGE = 1_000_000


def compressed(name: str, content: bytes) -> dict[str, bytes]:
    """Suffix → bytes, only where it is smaller."""
    if PurePath(name).suffix not in TEXT:
        return {}
    siblings = {
        ".br": brotli.compress(content, quality=9 if len(content) > LARGE else 11),
        ".gz": gzip.compress(content, mtime=0),
    }
    return {suffix: body for suffix, body in siblings.items() if len(body) < len(content)}
