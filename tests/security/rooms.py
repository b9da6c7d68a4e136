"""Whose rooms staff's are. Its address says that a room is one; what its decorator says is not believed."""

from quart import Quart
from werkzeug.routing import Rule

from shared.models import Role

STAFFS = ("/admin/", "/_components/")
Needed = tuple[frozenset[Role], bool]


def _held(*roles: Role, whole: bool = False) -> Needed:
    return frozenset(roles), whole


EVERYBODY = _held(*Role)
ADMINISTRATOR, EDITOR = _held(Role.ADMINISTRATOR), _held(Role.EDITOR)
SHOPKEEPER, WHOLE_SHOP = _held(Role.SHOPKEEPER), _held(Role.SHOPKEEPER, whole=True)
STEWARD, WHOLE_PROGRAMME = _held(Role.STEWARD), _held(Role.STEWARD, whole=True)
TREASURER = _held(Role.TREASURER)
# By blueprint, or by endpoint where one differs from its neighbours. A role is whole when a page's is not enough.
NEEDED: dict[str, dict[str, Needed]] = {
    "blog": {
        "admin_overview": EVERYBODY,
        **dict.fromkeys(("admin_authors", "admin_menu", "admin_posts", "admin_previews", "admin_tags"), EDITOR),
        **dict.fromkeys(("admin_publications", "admin_uploads"), EDITOR),
        **dict.fromkeys(("admin_audit", "admin_bus", "admin_components", "admin_grants"), ADMINISTRATOR),
        **dict.fromkeys(("admin_members", "admin_newsletters", "admin_page_caches"), ADMINISTRATOR),
        **dict.fromkeys(("admin_pauses", "admin_replays", "admin_sessions"), ADMINISTRATOR),
    },
    "market": {
        **dict.fromkeys(("admin_categories", "admin_marketplaces", "admin_producers"), WHOLE_SHOP),
        **dict.fromkeys(("admin_products", "admin_stock"), SHOPKEEPER),
    },
    "cart": dict.fromkeys(("admin_orders", "admin_refunds", "admin_cancellations"), TREASURER),
    "events": {
        **dict.fromkeys(("admin_attendees", "admin_calendars", "admin_check_ins", "admin_entries"), STEWARD),
        **dict.fromkeys(("admin_imports", "admin_ticket_types"), STEWARD),
        **dict.fromkeys((f"admin_calendars.{verb}" for verb in ("new", "create", "destroy")), WHOLE_PROGRAMME),
    },
}
# Before these it has to be shown anew who is asking: addresses, roles, what signs in, all one's data, and money.
FRESH: dict[str, set[str]] = {
    "blog": {
        *(f"admin_grants.{verb}" for verb in ("create", "destroy")),
        *(f"admin_sessions.{verb}" for verb in ("destroy", "remove_factors")),
        "admin_members.destroy",
        *(f"authenticators.{verb}" for verb in ("new", "create", "confirm", "destroy", "create_recovery_codes")),
        *(f"passkeys.{verb}" for verb in ("options", "create", "update", "destroy")),
        *(f"erasures.{verb}" for verb in ("new", "create")),
        "emails.create",
        "exports.show",
    },
    "market": set(),
    "cart": {"admin_refunds.create", "admin_refunds.update", "admin_cancellations.create"},
    "events": set(),
}


def is_staffs(rule: Rule) -> bool:
    return rule.rule.startswith(STAFFS)


def needed(name: str, rule: Rule) -> Needed:
    """KeyError names a room of which nobody has said whose it is."""
    table = NEEDED[name]
    return table.get(rule.endpoint) or table[rule.endpoint.partition(".")[0]]


def asked_for(app: Quart, rule: Rule) -> Needed | None:
    """What the route itself asks for."""
    found = getattr(app.view_functions[rule.endpoint], "required", None)
    return found and (frozenset(found[0]), found[1])
