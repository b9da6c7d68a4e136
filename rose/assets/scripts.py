"""app.js for every page; koenig-cards.js, passkeys.js and rich-text.js for the pages that need them."""

from rose.assets.bundle import bundle
from rose.assets.places import Places
from rose.assets.plan import Named, Plan


def plan(places: Places) -> Plan:
    sources = places.static / "js"

    def make(_named: Named) -> dict[str, bytes]:
        return {
            **bundle(places, sources / "app.js"),
            **bundle(places, sources / "koenig-cards.js"),
            **bundle(places, sources / "passkeys.js"),
            **bundle(places, sources / "rich-text.js"),
        }

    return Plan("scripts", [*sources.rglob("*.js"), places.lock], make)
