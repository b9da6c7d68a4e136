"""Staff's rooms: each, with something in its address or not, is knocked at by everybody who has no business there."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from werkzeug.routing import Rule

from blog.services.grants import SCOPED
from shared.db.session import transaction
from shared.models import Right, Role
from tests.factories.cart import a_placed_order
from tests.house import APPS, House
from tests.security import rooms, world
from tests.security.test_idor import knock, turned_away

BELOW = [role for role in Role if role is not Role.ADMINISTRATOR]
FIVE_DAYS_AGO = text("UPDATE user_sessions SET proved_at = now() - interval '5 days'")


@pytest.mark.parametrize("name", APPS)
def test_every_room_asks_for_the_role_that_is_said_to_open_it(house: House, name: str) -> None:
    app = house.apps[name]
    wrong = {
        f"{world.method_of(rule)} {rule.rule}": asked
        for rule in world.rules(app)
        if (asked := rooms.asked_for(app, rule)) != (rooms.needed(name, rule) if rooms.is_staffs(rule) else None)
    }

    assert wrong == {}


@pytest.mark.parametrize("name", APPS)
def test_no_room_is_listed_that_is_gone(house: House, name: str) -> None:
    endpoints = {rule.endpoint for rule in world.rules(house.apps[name]) if rooms.is_staffs(rule)}

    assert rooms.NEEDED[name].keys() - endpoints - {endpoint.partition(".")[0] for endpoint in endpoints} == set()


@pytest.mark.parametrize("name", APPS)
def test_who_asks_is_proved_anew_where_it_is_said_and_nowhere_else(house: House, name: str) -> None:
    fresh = {endpoint for endpoint, view in house.apps[name].view_functions.items() if hasattr(view, "fresh")}

    assert fresh == rooms.FRESH[name]


@pytest.mark.parametrize("name", APPS)
async def test_staffs_rooms_are_closed_to_everybody_else(house: House, name: str) -> None:
    values = await everything(house, name)
    people = await at_the_door(house)

    let_in = [
        f"{who}: {world.method_of(rule)} {rule.rule} → {answer.status_code}"
        for rule, path in all_rooms(house, name, values)
        for who in strangers_to(name, rule)
        if not turned_away(answer := await knock(house, people[who], name, rule, path))
    ]

    assert let_in == []


@pytest.mark.parametrize("name", APPS)
async def test_the_administrator_finds_what_the_others_did_not(house: House, name: str) -> None:
    """Or the walk would prove nothing: the addresses in it are real."""
    values = await everything(house, name)
    boss = await house.signed_in(await house.member("bob@example.com", admin=True))

    got = {
        rule.rule: (await boss.get(house.url(name, path))).status_code
        for rule, path in all_rooms(house, name, values)
        if "GET" in (rule.methods or ())
    }

    assert len(got) >= 3
    # Of letters that failed there is none.
    assert {rule for rule, status in got.items() if status != 200} <= {"/admin/bus/letters/<int:event_id>/<handler>/"}


@pytest.mark.parametrize("form", ["refunds/", "refunds/1/", "cancellation/"])
async def test_money_moves_only_for_who_has_just_shown_who_they_are(house: House, form: str) -> None:
    order = await a_placed_order()
    boss = await house.signed_in(await house.member("bob@example.com", rights=[Right(Role.TREASURER)]))
    async with transaction() as session:
        await session.execute(FIVE_DAYS_AGO)
    address = f"/admin/orders/{order.token}/"

    # The page has a secret in its address, so no browser says that the form was its.
    asked = await boss.post(house.url("cart", f"{address}{form}"), data={"key": "k" * 16, "line": 1, "quantity": 1})

    assert asked.url.path == "/sign-in/again/"
    assert asked.url.params["next"] == house.url("cart", address)
    assert "has not been done" in asked.text
    assert await what_happened() == (0, "placed")


@pytest.mark.parametrize("status", ["placed", "paid"])
async def test_before_a_form_about_money_is_filled_it_is_asked_who_fills_it(house: House, status: str) -> None:
    order = await a_placed_order(status=status, paid_at=world.utcnow() if status == "paid" else None)
    boss = await house.signed_in(await house.member("bob@example.com", rights=[Right(Role.TREASURER)]))
    address = house.url("cart", f"/admin/orders/{order.token}/")
    fresh = (await boss.get(address)).text
    async with transaction() as session:
        await session.execute(FIVE_DAYS_AGO)
    later = (await boss.get(address)).text

    assert ('/refunds/"' in fresh, '/cancellation/"' in fresh) == (status == "paid", status == "placed")
    assert '/refunds/"' not in later
    assert '/cancellation/"' not in later
    assert "/sign-in/again/?next=" in later


def all_rooms(house: House, name: str, values: dict[str, Any]) -> Iterator[tuple[Rule, str]]:
    for rule in world.rules(house.apps[name]):
        if rooms.is_staffs(rule):
            yield rule, world.path_of(rule, values)


async def everything(house: House, name: str) -> dict[str, Any]:
    values = await world.build(house, await house.member())
    # A token in the address is an order's in the cart and a ticket's at the door.
    values["token"] = values["order"] if name == "cart" else values["ticket"]
    return values


async def at_the_door(house: House) -> dict[str, httpx.AsyncClient]:
    """Nobody, another member, staff with every role but one, staff of another page, and who has only a mail to show."""
    people = {"cy": [], "all": [Right(role) for role in BELOW], "page": [Right(role, world.THEIRS) for role in SCOPED]}
    people |= {role.value: [Right(other) for other in BELOW if other is not role] for role in BELOW}
    found = {
        who: await house.signed_in(await house.member(f"{who}@example.com", rights=of)) for who, of in people.items()
    }
    found["by mail"] = await house.signed_in(await house.member("bob@example.com", admin=True))
    async with transaction() as session:
        mine = "user_id = (SELECT id FROM users WHERE email = 'bob@example.com')"
        await session.execute(text(f"UPDATE user_sessions SET second_factor_at = NULL WHERE {mine}"))
    found["nobody"] = house.client()
    for browser in found.values():
        browser.follow_redirects = False
    return found


def strangers_to(name: str, rule: Rule) -> Iterator[str]:
    roles, whole = rooms.needed(name, rule)
    yield from ("nobody", "cy", "by mail")
    if roles == {Role.ADMINISTRATOR}:
        yield "all"
    yield from (role.value for role in BELOW if roles == {role})
    # Of a page they are staff too: what is without a page in its address shows them their own.
    if name in {"market", "events"} and (whole or rule.arguments):
        yield "page"


async def what_happened() -> tuple[int, str]:
    async with transaction() as session:
        refunds = await session.scalar(text("SELECT count(*) FROM refunds"))
        return refunds or 0, str(await session.scalar(text("SELECT status FROM orders")))
