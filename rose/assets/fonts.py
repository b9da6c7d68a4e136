"""The one typeface, in one file that holds all its weights and the Latin letters only."""

from rose.assets.places import Places
from rose.assets.plan import Named, Plan

FILES = {"fonts/domine.woff2": "@fontsource-variable/domine/files/domine-latin-wght-normal.woff2"}


def plan(places: Places) -> Plan:
    def make(_named: Named) -> dict[str, bytes]:
        return {logical: (places.node_modules / packed).read_bytes() for logical, packed in FILES.items()}

    return Plan("fonts", [places.lock], make)
