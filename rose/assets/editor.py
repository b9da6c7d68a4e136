"""The writing page's editor: React, Koenig and our own mounting script in one file."""

import re

from rose.assets.bundle import bundle
from rose.assets.places import Places
from rose.assets.plan import Named, Plan

REM = re.compile(r"(?<![\w.-])(\d*\.?\d+)rem\b")
# Koenig is drawn for a root font of 10 px; ours is the browser's 16 px.
ROOT_RATIO = 10 / 16


def plan(places: Places) -> Plan:
    sources = [path for path in places.editor.rglob("*") if path.is_file()]

    def make(_named: Named) -> dict[str, bytes]:
        built = bundle(places, places.editor / "editor.js")
        return {"editor.js": built["editor.js"], "editor.css": _rescale(built["editor.css"])}

    return Plan("editor", [*sources, places.lock], make)


def _rescale(sheet: bytes) -> bytes:
    return REM.sub(lambda size: f"{float(size[1]) * ROOT_RATIO:.5g}rem", sheet.decode()).encode()
