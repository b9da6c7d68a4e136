"""app.css (Tailwind over all templates) and the readers' card styles."""

import re
import tempfile
from pathlib import Path

from rose.assets.bundle import bundle
from rose.assets.design import load, tokens
from rose.assets.node import run_node
from rose.assets.places import Places
from rose.assets.plan import Named, Plan

# Style sheets name fonts relative to their own folder; they end up beside them, hashed.
FONT = re.compile(r"url\(\s*([\"']?)\.\./(fonts/[^)\"']+)\1\s*\)")


def plan(places: Places) -> Plan:
    sheets = sorted((places.static / "css").rglob("*.css"))

    def make(named: Named) -> dict[str, bytes]:
        cards = bundle(places, places.static / "css/koenig-cards.css")
        return {"app.css": _tailwind(places, named), "koenig-cards.css": cards["koenig-cards.css"]}

    return Plan("styles", [*sheets, *places.templates(), places.lock, places.config], make)


def _tailwind(places: Places, named: Named) -> bytes:
    cli = places.node_modules / "@tailwindcss/cli/dist/index.mjs"
    with tempfile.TemporaryDirectory() as folder:
        entry, out = Path(folder) / "entry.css", Path(folder) / "app.css"
        wanted = f'@import "{places.static / "css/app.css"}";\n{tokens(load(places.config))}'
        entry.write_text(wanted)
        run_node([cli, "-i", entry, "-o", out, "--minify"], cwd=places.root)
        return FONT.sub(lambda found: f"url({named(found[2])})", out.read_text()).encode()
