"""One sprite of only those FontAwesome icons that templates, style sheets or icons.txt name."""

import re
from pathlib import Path

from rose.assets.errors import BuildFailed
from rose.assets.places import Places
from rose.assets.plan import Named, Plan

USED = re.compile(r"""\bicon(?:\(|=)\s*["']([a-z0-9-]+)["']""")
QUOTED = re.compile(r"""["']([a-z0-9-]+)["']""")
DRAWING = re.compile(r'<svg[^>]*viewBox="([^"]+)"[^>]*>(?:<!--.*?-->)?(.*)</svg>', re.DOTALL)
# The first that has the name is meant: `icon("mastodon")` needs no prefix; `icon("regular-heart")` is only the outline.
FAMILIES = ("solid", "brands", "regular")
NOTICE = (
    "<!-- Font Awesome Free by @fontawesome - https://fontawesome.com "
    "License - https://fontawesome.com/license/free (Icons: CC BY 4.0) -->"
)


def plan(places: Places) -> Plan:
    named_in = [*places.templates(), *(places.static / "css").rglob("*.css")]
    listed = places.static / "icons.txt"

    def make(_named: Named) -> dict[str, bytes]:
        return {"icons.svg": sprite(places, names(named_in, listed)).encode()}

    return Plan("icons", [*named_in, listed, places.lock], make)


def names(sources: list[Path], listed: Path) -> list[str]:
    """Raises BuildFailed when the list names what no template shows."""
    texts = [path.read_text() for path in sources]
    found = {name for text in texts for name in USED.findall(text)}
    lines = listed.read_text().splitlines() if listed.exists() else []
    wanted = {line.strip() for line in lines if line.strip() and not line.startswith("#")}
    quoted = {name for text in texts for name in QUOTED.findall(text)}
    if idle := sorted(wanted - quoted):
        raise BuildFailed(f"icons.txt names {', '.join(idle)}, which no template shows")
    return sorted(found | wanted)


def sprite(places: Places, wanted: list[str]) -> str:
    symbols = "".join(_symbol(places, name) for name in wanted)
    return f'<svg xmlns="http://www.w3.org/2000/svg">{NOTICE}{symbols}</svg>'


def _symbol(places: Places, name: str) -> str:
    drawing = DRAWING.match(_find(places, name).read_text())
    if drawing is None:
        raise BuildFailed(f"the icon {name} cannot be read")
    return f'<symbol id="{name}" viewBox="{drawing[1]}">{drawing[2]}</symbol>'


def _find(places: Places, name: str) -> Path:
    drawings = places.node_modules / "@fortawesome/fontawesome-free/svgs"
    named, _, rest = name.partition("-")
    for path in [drawings / named / f"{rest}.svg", *(drawings / family / f"{name}.svg" for family in FAMILIES)]:
        if path.exists():
            return path
    raise BuildFailed(f'FontAwesome has no icon "{name}", which a template or icons.txt names')
