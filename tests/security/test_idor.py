"""Other people's things are not there: every route, for everybody who has no business with it.

Staff's rooms have tests of their own (test_rooms.py); any other route has to be put into one of the tables below, or
`test_no_route_is_forgotten` fails.
"""

from typing import Any

import httpx
import pytest
from quart import Quart
from sqlalchemy import select

from cart.models import BasketLine
from shared.db.session import get_session
from shared.models import UserSession
from tests.house import APPS, ORIGINS, House
from tests.security import rooms, world

# What is not published is there for nobody but those who look after it: endpoint → what stands in the address.
HIDDEN: dict[str, dict[str, dict[str, str]]] = {
    "blog": {"posts.show": {"slug": "draft"}},
    "market": {
        "products.show": {"slug": "hidden"},
        "baskets.create": {"slug": "hidden"},
    },
    "events": {
        "entries.show": {"entry_id": "entry_id", "slug": "entry_slug"},
        "baskets.create": {"entry_id": "entry_id", "slug": "entry_slug"},
        "feeds.entry": {"entry_id": "entry_id", "slug": "entry_slug"},
    },
}
# A member's own: for that member alone.
MINE: dict[str, dict[str, dict[str, str]]] = {
    "blog": {
        "emails.show": {"token": "change_secret"},
        "emails.update": {"token": "change_secret"},
        "passkeys.update": {"passkey_id": "passkey_id"},
        "passkeys.destroy": {"passkey_id": "passkey_id"},
        "security.end_session": {"public_id": "public_id"},
    },
}
# Of whoever is signed in, and nothing in the address says whose: visitors are sent to sign in.
SIGNED_IN: dict[str, set[str]] = {
    "blog": {
        *(f"account.{verb}" for verb in ("show", "update")),
        *(f"authenticators.{verb}" for verb in ("new", "create", "confirm", "destroy", "create_recovery_codes")),
        *(f"emails.{verb}" for verb in ("create", "destroy")),
        *(f"erasures.{verb}" for verb in ("new", "create")),
        *(f"exports.{verb}" for verb in ("index", "show")),
        *(f"passkeys.{verb}" for verb in ("create", "options")),
        *(f"second_factor.{verb}" for verb in ("new", "create", "again")),
        *(f"security.{verb}" for verb in ("show", "end_others")),
        *(f"subscriptions.{verb}" for verb in ("edit", "update")),
    },
    "market": {"likes.index"},
    "cart": {"orders.index"},
    "events": {"tickets.index"},
}
SENT = {"passkeys.update": {"name": "Mine now"}}
# Open on purpose: in every app, and in each.
IN_EVERY = {
    "share_pictures.show": "pictures for sharing what is public",
    "media": "pictures of pages; names are hashes of their content",
    "healthz": "says ok and nothing else",
    "here.show": "about the asking browser alone",
    "manifest.show": "public",
    "metrics": "whoever has the key of the figures",
    "robots.show": "public",
    "security_txt": "public",
}
OPEN: dict[str, dict[str, str]] = {
    "blog": {
        "feeds.rss": "public",
        "search.index": "what is public",
        "home.show": "public",
        "posts.index": "public",
        "newsletters.index": "public",
        "newsletters.create": "whoever wants newsletters; none comes before the link is used",
        "feeds.sitemap": "public",
        "feeds.sitemap_index": "public",
        "emails.undone": "says that it was done, and to whom not",
        "erasures.show": "says that it was done, and to whom not",
        "sign_in.new": "whoever wants to sign in",
        "sign_in.create": "whoever wants to sign in",
        "sign_in.sent": "whoever wants to sign in",
        "sign_in.check": "whoever has the digits; bound to the asking browser",
        "second_factor.options": "whoever wants to sign in",
        "second_factor.show_passkey": "whoever has the passkey",
        "sign_out.create": "whoever signs out",
        "feeds.author_rss": "public",
        "feeds.tag_rss": "public",
        "email_undos.show": "whoever has the random link: it went to the address that the account had",
        "email_undos.update": "whoever has the random link: it went to the address that the account had",
        "authors.show": "whose names stand over published posts",
        "tags.show": "published posts by tag",
        "sign_in.show": "whoever has the random link; bound to the asking browser",
        "sign_in.update": "whoever has the random link; bound to the asking browser",
    },
    "market": {
        "search.index": "what is public",
        "marketplaces.index": "public",
        "sitemaps.show": "public",
        "marketplaces.show": "public",
        "marketplaces.show_category": "public",
        "producers.show": "public",
        "likes.show": "about the asking member alone; the address names a product",
        "likes.create": "about the asking member alone; the address names a product",
        "likes.destroy": "about the asking member alone; the address names a product",
    },
    "cart": {
        "baskets.show": "the asker's own basket",
        "checkouts.new": "the asker's own basket",
        "checkouts.create": "the asker's own basket",
        "webhooks.create": "a hint that nobody believes: SumUp is asked",
        "lines.update": "looked for in the asker's own basket: tried below",
        "lines.extend": "looked for in the asker's own basket: tried below",
        "lines.destroy": "looked for in the asker's own basket: tried below",
        "lines.restore": "looked for in the asker's own basket: tried below",
        "orders.show": "whoever has the random link, guests too",
        "receipts.show": "whoever has the random link, guests too",
        "payments.create": "whoever has the random link, guests too",
        "cancellations.create": "whoever has the random link, guests too",
        "returns.show": "whoever has the random link, guests too",
    },
    "events": {
        "entries.index": "public",
        "months.now": "public",
        "feeds.index": "public",
        "feeds.rss": "public",
        "sitemaps.show": "public",
        "calendars.show": "public",
        "feeds.show": "public",
        "months.index": "public",
        "months.show": "public",
        "tickets.show": "whoever has the random link has the ticket",
        "tickets.download": "whoever has the random link has the ticket",
    },
}


@pytest.mark.parametrize("name", APPS)
async def test_no_route_is_forgotten(house: House, name: str) -> None:
    app = house.apps[name]
    told = {*HIDDEN.get(name, {}), *MINE.get(name, {}), *SIGNED_IN[name], *OPEN[name], *IN_EVERY}

    asked = {rule.endpoint for rule in world.rules(app) if not rooms.is_staffs(rule)}

    assert asked - told == set(), "say in tests/security/test_idor.py whose these are"
    assert told - asked == set(), "these are gone"


@pytest.mark.parametrize("name", HIDDEN)
async def test_what_is_not_published_is_there_for_nobody(house: House, name: str) -> None:
    values = await world.build(house, await house.member())

    assert await tried(house, name, addresses(house.apps[name], HIDDEN[name], values)) == []


async def test_what_is_ones_own_is_for_oneself(house: House) -> None:
    ann = await house.member()
    values = await world.build(house, ann)
    await house.signed_in(ann)
    async with get_session(read_only=True) as session:
        values["public_id"] = await session.scalar(select(UserSession.public_id))

    assert await tried(house, "blog", addresses(house.apps["blog"], MINE["blog"], values)) == []
    async with get_session(read_only=True) as session:
        assert await session.scalar(select(UserSession.id).where(UserSession.public_id == values["public_id"]))


@pytest.mark.parametrize("name", APPS)
async def test_visitors_are_sent_to_sign_in(house: House, name: str) -> None:
    browser, asked = (
        house.client(),
        [rule for rule in world.rules(house.apps[name]) if rule.endpoint in SIGNED_IN[name]],
    )
    browser.follow_redirects = False

    answers = {rule.rule: await knock(house, browser, name, rule, rule.rule) for rule in asked}

    assert [rule for rule, answer in answers.items() if not turned_away(answer)] == []


@pytest.mark.parametrize("what", ["", "hold/", "delete/", "restore/"])
async def test_nobody_reaches_into_another_basket(house: House, what: str) -> None:
    line_id = (await world.build(house, await house.member()))["line_id"]
    before = await line(line_id)

    for browser in (await world.strangers(house, "cart")).values():
        answer = await browser.post(
            house.url("cart", f"/lines/{line_id}/{what}"), data=None if what else {"quantity": "9"}
        )
        assert "Rye loaf" not in answer.text

    assert await line(line_id) == before


async def line(line_id: int) -> tuple[Any, ...]:
    async with get_session(read_only=True) as session:
        found = await session.get_one(BasketLine, line_id)
        return found.quantity, found.removed_at, found.hold_until, found.basket_id


def addresses(app: Quart, table: dict[str, dict[str, str]], values: dict[str, Any]) -> list[tuple[Any, str]]:
    return [
        (rule, world.path_of(rule, {part: values[name] for part, name in table[rule.endpoint].items()}))
        for rule in world.rules(app)
        if rule.endpoint in table
    ]


async def tried(house: House, name: str, rooms: list[tuple[Any, str]]) -> list[str]:
    """Who got in where."""
    return [
        f"{who}: {world.method_of(rule)} {rule.rule} → {answer.status_code}"
        for who, browser in (await world.strangers(house, name)).items()
        for rule, path in rooms
        if not turned_away(answer := await knock(house, browser, name, rule, path))
    ]


async def knock(house: House, browser: httpx.AsyncClient, name: str, rule: Any, path: str) -> httpx.Response:
    method, form = world.method_of(rule), SENT.get(rule.endpoint, {})
    return await browser.request(method, house.url(name, path), data=form if method == "POST" else None)


def turned_away(answer: httpx.Response) -> bool:
    if answer.status_code == 303:
        return answer.headers["Location"].removeprefix(ORIGINS["blog"]).startswith("/sign-in/")
    return answer.status_code in {403, 404}
