"""What the audit log keeps for machines, as people say it. The log and its CSV file keep the machines' words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.infrastructure.urls import cart_url, coop_url, events_url, market_url


def _nowhere(_key: str) -> None:
    """What has no page of its own."""


# By the noun of an action or subject: what people call it, and where its page is.
NOUNS: dict[str, tuple[str, Callable[[str], str | None]]] = {
    "user": ("Member", lambda key: coop_url(f"/admin/members/{key}/")),
    "post": ("Post", lambda key: coop_url(f"/admin/posts/{key}/")),
    "page": ("Page", lambda key: coop_url(f"/admin/pages/{key}/")),
    "tag": ("Tag", lambda key: coop_url(f"/admin/tags/{key}/")),
    "author": ("Author", lambda key: coop_url(f"/admin/authors/{key}/")),
    "menu_item": ("Menu entry", lambda key: coop_url(f"/admin/menu/{key}/")),
    "newsletter": ("Newsletter", lambda key: coop_url(f"/admin/newsletters/{key}/")),
    "product": ("Product", lambda key: market_url(f"/admin/products/{key}/")),
    "marketplace": ("Marketplace", lambda key: market_url(f"/admin/marketplaces/{key}/")),
    "category": ("Category", lambda key: market_url(f"/admin/categories/{key}/")),
    "producer": ("Producer", lambda key: market_url(f"/admin/producers/{key}/")),
    "entry": ("Event", lambda key: events_url(f"/admin/entries/{key}/")),
    "ticket_type": ("Ticket type", lambda key: events_url(f"/admin/ticket-types/{key}/")),
    "calendar": ("Calendar", lambda key: events_url(f"/admin/calendars/{key}/")),
    "order": ("Order", lambda key: cart_url(f"/admin/orders/?q={key}")),
    "consumer": ("Reader", lambda _: coop_url("/admin/bus/")),
    "pages": ("Page cache", lambda _: coop_url("/admin/cache/")),
    "audit_log": ("Audit log", lambda _: coop_url("/admin/audit/")),
    "event": ("Message", _nowhere),
    "email": ("Email address", _nowhere),
    "erasure": ("Erasure", _nowhere),
    "member": ("Member", _nowhere),
    "picture": ("Picture", _nowhere),
    "refund": ("Refund", _nowhere),
    "role": ("Role", _nowhere),
    "second_factor": ("Two-step sign-in", _nowhere),
    "stock": ("Stock", _nowhere),
    "ticket": ("Ticket", _nowhere),
}
VERBS = {
    "created": "added",
    "repriced": "given a new price",
    "withdrawn": "taken back",
    "removed": "deleted",
    "granted": "given",
    "revoked": "taken away",
    "requested": "asked for",
    "asked_again": "asked for again",
    "replayed": "sent again",
    "thrown_away": "emptied",
    "check_in_undone": "check-in undone",
    "change_requested": "change asked for",
    "change_undone": "change undone",
}
MONEY = {"price": "price", "before": "was", "amount": "amount"}
UNITS = {"capacity": "places", "created": "new", "changed": "changed", "deliveries": "deliveries"}
SAID_BY_ITSELF = ("status", "role")


@dataclass(frozen=True)
class Detail:
    """`value` is in minor units when it is `money`."""

    label: str
    value: Any
    money: bool = False


def say_action(action: str) -> str:
    """`ticket_type.created` is "Ticket type added"; what is unknown keeps its own words."""
    noun, _, verb = action.partition(".")
    return f"{_noun(noun)} {VERBS.get(verb, verb.replace('_', ' '))}".strip()


def say_subject(subject: str, action: str = "") -> str:
    noun, key = _thing(subject, action)
    return _noun(noun) if key == "all" else f"{_noun(noun)} {key}"


def find_address(subject: str, action: str = "") -> str | None:
    """Of the page in the administration where the thing itself is looked after."""
    noun, key = _thing(subject, action)
    return NOUNS[noun][1](key) if noun in NOUNS else None


def list_details(details: Mapping[str, Any]) -> list[Detail]:
    told = {name: value for name, value in details.items() if value is not None}
    if told.get("before") == told.get("price"):
        told.pop("before", None)
    return [_detail(name, value) for name, value in told.items()]


def list_kinds() -> list[tuple[str, str]]:
    """How actions begin, and in words what they are about: for choosing one."""
    actions = [(f"{noun}.", words) for noun, (words, _) in NOUNS.items() if noun not in ("user", "pages")]
    return sorted([*actions, ("pages.", "Page cache")], key=lambda kind: kind[1])


def _thing(subject: str, action: str) -> tuple[str, str]:
    """Pages are posts to the log: only what was done tells them apart."""
    noun, _, key = subject.partition(":")
    return ("page" if noun == "post" and action.startswith("page.") else noun), key


def _noun(noun: str) -> str:
    return NOUNS[noun][0] if noun in NOUNS else noun.replace("_", " ").capitalize()


def _detail(name: str, value: Any) -> Detail:
    if name in MONEY:
        return Detail(MONEY[name], value, money=True)
    if name in SAID_BY_ITSELF:
        return Detail("", value)
    if name in UNITS:
        return Detail("", f"{value} {UNITS[name]}")
    if name == "change":
        return Detail("", f"{value:+d}".replace("-", "−"))
    return Detail(name.replace("_", " "), str(value).replace(":", " "))
