"""The writing page's editor: React, Koenig and our own mounting script in one file."""

import re

from rose.assets.bundle import bundle
from rose.assets.places import Places
from rose.assets.plan import Named, Plan

BLOCK = re.compile(r"\{[^{}]*\}")
REM = re.compile(r"(?<![\w.\\])(-?\d*\.?\d+)rem\b")
SCRIPT_SIZE = re.compile(r'"(?:0 )?\d*\.?\d+rem"')
# Koenig is drawn for a root font of 10 px; ours is the browser's 16 px.
ROOT_RATIO = 10 / 16


def plan(places: Places) -> Plan:
    sources = [path for path in places.editor.rglob("*") if path.is_file()]

    def make(_named: Named) -> dict[str, bytes]:
        built = bundle(places, places.editor / "editor.js")
        return {
            "editor.js": _rescaled(SCRIPT_SIZE, built["editor.js"]),
            "editor.css": _rescaled(BLOCK, built["editor.css"]),
        }

    return Plan("editor", [*sources, places.lock], make)


def _rescaled(sizes: re.Pattern[str], source: bytes) -> bytes:
    """Only in declarations, and in strings that are a size: class names have sizes in them too."""
    return sizes.sub(lambda found: REM.sub(_smaller, found[0]), source.decode()).encode()


def _smaller(size: re.Match[str]) -> str:
    return f"{float(size[1]) * ROOT_RATIO:.5g}rem"
