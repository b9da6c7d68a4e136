"""Two pages with a shop and a programme each: staff of one neither see nor touch what is the other's, both ways."""

from dataclasses import dataclass
from typing import Any, Literal

import httpx
import pytest
from sqlalchemy import text

from events.models import Hold, Ticket
from shared.db.session import get_session, transaction
from shared.models import Right, Role
from shared.utils import utcnow
from tests.factories.events import a_calendar, a_ticket_type, an_entry
from tests.factories.market import a_marketplace, a_product
from tests.house import House
from tests.security import rooms, world
from tests.security.admins import form_values

TABLES = ("marketplaces", "products", "calendars", "entries", "ticket_types", "tickets")
ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:x
BEGIN:VEVENT
UID:1
DTSTART:20270612T183000Z
SUMMARY:Mine
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")
PLACES = (
    "SELECT 'product', id, marketplace_id::text FROM products UNION ALL "
    "SELECT 'entry', id, calendar_id::text FROM entries UNION ALL "
    "SELECT 'calendar', id, container_type || container_id FROM calendars ORDER BY 1, 2"
)
Direction = Literal["bakers at growers", "growers at bakers"]


@dataclass
class Tenant:
    """`word` stands in the name of everything that is theirs; `values` fill addresses, as in world.py."""

    word: str
    browser: httpx.AsyncClient
    values: dict[str, Any]


async def a_tenant(house: House, word: str, page: int) -> Tenant:
    theirs = {"container_type": "page", "container_id": page}
    async with transaction() as session:
        stall = await a_marketplace(session, name=f"{word} stall", **theirs)
        product = await a_product(session, title=f"{word} loaf", marketplace_id=stall.id, currency="GBP")
        calendar = await a_calendar(session, name=f"{word} nights", **theirs)
        entry = await an_entry(session, title=f"{word} supper", calendar=calendar)
        kind = await a_ticket_type(session, entry=entry, name=f"{word} seat")
        hold = Hold(ticket_type_id=kind.id, quantity=1, until=utcnow(), state="converted", order="o")
        session.add(hold)
        await session.flush()
        one = {"ticket_type_id": kind.id, "entry_id": entry.id, "hold_id": hold.id, "place": 1, "order": "o"}
        ticket = Ticket(email=f"guest.of.{word.lower()}@example.com", name=f"{word} guest", **one)
        session.add(ticket)
    rights = [Right(role, ("page", page)) for role in (Role.SHOPKEEPER, Role.STEWARD)]
    staff = await house.member(f"{word.lower()}@example.com", name="Staff", rights=rights)
    values = {"row_id": stall.id, "product_id": product.id, "calendar_id": calendar.id, "entry_id": entry.id}
    values |= {"type_id": kind.id, "token": ticket.token, "code": ticket.code}
    return Tenant(word, await house.signed_in(staff), values)


@pytest.fixture(params=Direction.__args__)  # type: ignore[attr-defined]
async def pair(house: House, request: pytest.FixtureRequest) -> tuple[Tenant, Tenant]:
    """Who comes, and whose things they come to."""
    bakers, growers = await a_tenant(house, "Bakers", 1), await a_tenant(house, "Growers", 2)
    return (bakers, growers) if request.param == "bakers at growers" else (growers, bakers)


async def rows() -> list[str]:
    async with get_session(read_only=True) as session:
        found = [await session.scalars(text(f"SELECT t::text FROM {table} t ORDER BY 1")) for table in TABLES]
        return [row for rows in found for row in rows]


async def places() -> list[tuple[Any, ...]]:
    """What stands in which shop, calendar and page."""
    async with get_session(read_only=True) as session:
        return [tuple(row) for row in await session.execute(text(PLACES))]


def paths(house: House, app: str, values: dict[str, Any], *, method: str) -> list[str]:
    quart = house.apps[app]
    staffs = [rule for rule in quart.url_map.iter_rules() if rooms.is_staffs(rule)]
    return [world.path_of(rule, values) for rule in staffs if method in (rule.methods or ())]


@pytest.mark.parametrize("app", ["market", "events"])
async def test_no_page_of_ones_own_rooms_names_what_is_the_others(
    house: House, pair: tuple[Tenant, Tenant], app: str
) -> None:
    """Lists, searches, choices in forms: the addresses are one's own, and so is everything on the pages."""
    one, other = pair
    seen = 0
    asked = [path + query for path in paths(house, app, one.values, method="GET") for query in ("", *QUERIES)]
    for path in asked:
        page = await one.browser.get(house.url(app, path.format(**other.values, word=other.word)))
        seen += page.status_code == httpx.codes.OK and one.word in page.text
        assert f"{other.word} " not in page.text.replace(f"“{other.word}", ""), path

    assert seen >= 3


QUERIES = ("?q={word}", "?calendar={calendar_id}", "?when=past&calendar={calendar_id}", "?ticket={token}", "?page=2")


@pytest.mark.parametrize("app", ["market", "events"])
async def test_no_room_of_the_others_opens(house: House, pair: tuple[Tenant, Tenant], app: str) -> None:
    one, other = pair
    before = await rows()

    for method in ("GET", "POST"):
        for path in paths(house, app, other.values, method=method):
            if not any(f"/{value}/" in path or f"/{value}." in path for value in map(str, other.values.values())):
                continue
            answer = await one.browser.request(method, house.url(app, path), data={} if method == "POST" else None)
            assert answer.status_code in {403, 404, 422}, f"{method} {path}"
            assert f"{other.word} " not in answer.text, f"{method} {path}"

    assert await rows() == before


@pytest.mark.parametrize(
    ("app", "own", "field", "theirs"),
    [
        ("market", "/admin/products/{product_id}/", "marketplace_id", "{row_id}"),
        ("events", "/admin/entries/{entry_id}/", "calendar_id", "{calendar_id}"),
        ("events", "/admin/calendars/{calendar_id}/", "container", "page:{page}"),
        ("events", "/admin/calendars/{calendar_id}/", "container", "site:0"),
    ],
)
async def test_nothing_of_ones_own_is_moved_to_the_others(
    house: House, pair: tuple[Tenant, Tenant], app: str, own: str, field: str, theirs: str
) -> None:
    one, other = pair
    address = house.url(app, own.format(**one.values))
    page = await one.browser.get(address)
    action = address if app == "market" else own.format(**one.values)
    values = form_values(page.text, action=action)
    before = await places()
    place = {"page": 2 if other.word == "Growers" else 1}

    unchanged = await one.browser.post(address, data=values, follow_redirects=False)
    refused = await one.browser.post(address, data=values | {field: theirs.format(**other.values, **place)})

    assert unchanged.status_code == 303, "the form itself is right"
    assert refused.status_code in {403, 404, 409, 422}
    assert await places() == before


async def test_the_others_tickets_open_no_door_here(house: House, pair: tuple[Tenant, Tenant]) -> None:
    one, other = pair
    door = house.url("events", "/admin/check-in/")
    before = await rows()

    for code in (
        other.values["code"],
        other.values["token"],
        house.url("events", f"/tickets/{other.values['token']}/"),
    ):
        refused = await one.browser.post(door, data={"code": code})
        assert refused.status_code in {404, 409, 422}
        assert other.word not in refused.text

    assert await rows() == before
    assert (await other.browser.post(door, data={"code": other.values["code"]})).status_code == 200


async def test_a_file_goes_into_no_calendar_of_the_others(house: House, pair: tuple[Tenant, Tenant]) -> None:
    one, other = pair
    before = await rows()

    path = house.url("events", f"/admin/calendars/{other.values['calendar_id']}/import/")
    answer = await one.browser.post(path, files={"file": ("x.ics", ICS)})

    assert answer.status_code == 404
    assert await rows() == before
