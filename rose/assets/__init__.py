"""Style sheets, scripts, icons and the editor: built from sources and npm packages into `shared/static/dist`.

Every file carries a hash of its content in its name, so that browsers may keep it for ever; `manifest.json`
there says which name is current. Nothing that is built is committed.
"""

import sys
from collections.abc import Callable

from rose.assets import drawings, editor, fonts, icons, marks, packages, scripts, styles, touch_icons
from rose.assets.places import Places
from rose.assets.shelf import Shelf

# Fonts come before styles, which name them by their hashed names.
PRODUCTS = (marks, drawings, touch_icons, fonts, icons, styles, scripts, editor)


def build(*, quiet: bool = False) -> None:
    """Bring `shared/static/dist` up to date; what has not changed is left alone. Raises `BuildFailed`."""
    say: Callable[[str], None] = (lambda _line: None) if quiet else _print
    build_at(Places(), say)


def build_at(places: Places, say: Callable[[str], None]) -> None:
    packages.install(places, say)
    with Shelf(places.dist) as shelf:
        for product in PRODUCTS:
            shelf.put(product.plan(places), say)


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
