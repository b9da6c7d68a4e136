"""Pictures are copied as they are."""

from rose.assets.places import Places
from rose.assets.plan import Named, Plan

FOLDER = "images"


def plan(places: Places) -> Plan:
    files = [
        path for path in sorted((places.static / FOLDER).rglob("*")) if path.is_file() and not path.name.startswith(".")
    ]

    def make(_named: Named) -> dict[str, bytes]:
        return {str(path.relative_to(places.static)): path.read_bytes() for path in files}

    return Plan("pictures", files, make)
