"""A role opens its own rooms, and a page's keeper sees that page's things alone."""

import httpx
import pytest
from sqlalchemy import select

from shared.db.session import get_session, transaction
from shared.models import AuditEntry, Right, Role
from tests.factories.events import a_calendar, a_ticket_type, an_entry
from tests.factories.market import a_marketplace, a_product
from tests.house import House

ROOMS = {
    "blog": "/admin/posts/",
    "market": "/admin/products/",
    "events": "/admin/calendars/",
    "cart": "/admin/orders/",
}
OPEN = {Role.EDITOR: "blog", Role.SHOPKEEPER: "market", Role.STEWARD: "events", Role.TREASURER: "cart"}
BAKERY, DAIRY = ("page", 1), ("page", 2)


async def staff(house: House, role: Role, container: tuple[str, int] | None = None) -> httpx.AsyncClient:
    bob = await house.member("bob@example.com", name="Bob", rights=[Right(role, container)])
    return await house.signed_in(bob)


@pytest.mark.parametrize("role", OPEN)
async def test_each_role_opens_its_own_rooms_and_no_others(house: House, role: Role) -> None:
    browser = await staff(house, role)

    got = {app: (await browser.get(house.url(app, path))).status_code for app, path in ROOMS.items()}

    assert got == {app: 200 if app == OPEN[role] else 403 for app in ROOMS}
    assert (await browser.get("/admin/members/")).status_code == 403


@pytest.mark.parametrize("role", OPEN)
async def test_the_administration_leads_each_to_what_they_may_do(house: House, role: Role) -> None:
    browser = await staff(house, role)

    page = await browser.get("/admin/")

    assert page.status_code == 200
    assert str(page.url).startswith(house.url(OPEN[role]))
    assert [name for name in ROOMS if f'href="{house.url(name, "/admin/")}' in page.text.split("admin-nav", 1)[1]] == [
        OPEN[role]
    ]


async def test_a_shopkeeper_of_one_page_has_only_its_products(house: House) -> None:
    async with transaction() as session:
        ours = await a_marketplace(session, name="Bakery", container_type="page", container_id=1)
        theirs = await a_marketplace(session, name="Growers", container_type="page", container_id=2)
        loaf = await a_product(session, title="Rye loaf", marketplace_id=ours.id)
        leek = await a_product(session, title="Leeks", marketplace_id=theirs.id)
    browser = await staff(house, Role.SHOPKEEPER, BAKERY)
    market = house.url("market", "/admin/products/")

    listed = (await browser.get(market)).text

    assert "Rye loaf" in listed
    assert "Leeks" not in listed
    assert (await browser.get(f"{market}{loaf.id}/")).status_code == 200
    assert (await browser.get(f"{market}{leek.id}/")).status_code == 404
    assert (await browser.post(f"{market}{leek.id}/delete/")).status_code == 404
    assert (await browser.get(house.url("market", "/admin/categories/"))).status_code == 403


async def test_a_shopkeeper_cannot_put_goods_on_other_peoples_shelves(house: House) -> None:
    async with transaction() as session:
        await a_marketplace(session, name="Bakery", container_type="page", container_id=1)
        theirs = await a_marketplace(session, name="Growers", container_type="page", container_id=2)
    browser = await staff(house, Role.SHOPKEEPER, BAKERY)
    form = {"title": "Rye loaf", "price": "4.20", "marketplace_id": str(theirs.id), "unit": "loaf", "measure": "1"}

    answer = await browser.post(house.url("market", "/admin/products/"), data=form)

    assert answer.status_code == 404


async def test_a_steward_of_one_page_has_only_its_calendars_and_door(house: House) -> None:
    async with transaction() as session:
        ours = await a_calendar(session, name="Dairy", container_type="page", container_id=2)
        theirs = await a_calendar(session, name="Bakery", container_type="page", container_id=1)
        night, class_ = await an_entry(session, calendar=ours), await an_entry(session, calendar=theirs)
        kind = await a_ticket_type(session, entry=class_)
    browser = await staff(house, Role.STEWARD, DAIRY)
    events = house.url("events", "/admin")

    assert "Bakery" not in (await browser.get(f"{events}/calendars/")).text
    assert (await browser.get(f"{events}/entries/{night.id}/")).status_code == 200
    assert (await browser.get(f"{events}/entries/{night.id}/attendees/")).status_code == 200
    for path in (
        f"calendars/{theirs.id}",
        f"entries/{class_.id}",
        f"entries/{class_.id}/attendees",
        f"ticket-types/{kind.id}",
        f"calendars/{theirs.id}/import",
    ):
        assert (await browser.get(f"{events}/{path}/")).status_code == 404, path
    assert (await browser.post(f"{events}/ticket-types/{kind.id}/delete/")).status_code == 404
    assert (await browser.get(f"{events}/calendars/new/")).status_code == 403


async def test_what_staff_do_is_written_down_and_cannot_be_changed(house: House) -> None:
    async with transaction() as session:
        loaf = await a_product(session, price=420)
    bob = await house.member("bob@example.com", admin=True)
    browser = await house.signed_in(bob)

    await browser.post(house.url("market", f"/admin/products/{loaf.id}/publication/"), data={"is_published": "false"})

    async with get_session(read_only=True) as session:
        entry = (await session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()))).first()
    assert entry is not None
    assert (entry.app, entry.actor_id, entry.action) == ("market", bob.id, "product.withdrawn")
    assert entry.subject == f"product:{loaf.id}"
    with pytest.raises(Exception, match="only ever grows"):
        async with transaction() as session:
            found = await session.get_one(AuditEntry, entry.id)
            found.action = "nothing"
