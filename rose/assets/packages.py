"""npm packages: exactly what package-lock.json says, no install scripts."""

from collections.abc import Callable

from rose.assets.digest import digest_files
from rose.assets.node import NPM, run_node
from rose.assets.places import Places

STAMP = ".rose-lock"


def install(places: Places, say: Callable[[str], None]) -> None:
    wanted = digest_files([places.lock])
    if places.node_modules.is_symlink() or _installed(places) == wanted:
        return  # a linked folder belongs to another checkout, which looks after it
    say("Installing npm packages into node_modules")
    run_node([NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=places.root)
    (places.node_modules / STAMP).write_text(wanted)


def _installed(places: Places) -> str | None:
    stamp = places.node_modules / STAMP
    return stamp.read_text() if stamp.exists() else None
