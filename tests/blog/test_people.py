"""Looking after one's own account, and after other people's."""

import re
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from blog.services import members
from shared.audit import audit
from shared.config import Settings
from shared.db.session import get_session, transaction
from shared.models import AuditEntry, Right, Role, User
from tests.factories.blog import a_page
from tests.factories.market import a_product
from tests.fakes.mail import MailFake
from tests.house import House, settings_for
from tests.security.admins import form_values


@pytest.fixture
def settings(database_url: str, tmp_path: Path, mail: MailFake) -> Settings:
    return settings_for(database_url, home=tmp_path, smtp_url=mail.url)


@pytest.fixture
async def boss(house: House) -> httpx.AsyncClient:
    return await house.signed_in(await house.member("bob@example.com", name="Bob", admin=True))


async def acts(action: str) -> int:
    async with get_session(read_only=True) as session:
        return await session.scalar(select(func.count()).where(AuditEntry.action == action)) or 0


async def test_a_role_is_given_for_one_page_and_taken_back(house: House, boss: httpx.AsyncClient) -> None:
    ann = await house.member()
    async with transaction() as session:
        bakery = await a_page(session, title="Mill Bakery")
    role = {"role": "shopkeeper", "page_id": str(bakery.id)}

    given = await boss.post(f"/admin/members/{ann.id}/grants/", data=role)
    async with get_session(read_only=True) as session:
        held = (await session.get_one(User, ann.id)).rights
    taken = await boss.post(f"/admin/members/{ann.id}/grants/delete/", data=role)

    assert given.status_code == 200
    assert held == (Right(Role.SHOPKEEPER, ("page", bakery.id)),)
    assert "No role: an ordinary member." in taken.text
    assert (await acts("role.granted"), await acts("role.revoked")) == (2, 1)


async def test_an_editor_is_always_one_for_the_whole_site(house: House, boss: httpx.AsyncClient) -> None:
    ann = await house.member()
    async with transaction() as session:
        bakery = await a_page(session)

    answer = await boss.post(f"/admin/members/{ann.id}/grants/", data={"role": "editor", "page_id": str(bakery.id)})

    assert answer.status_code == 422
    assert "always holds for the whole site" in answer.text


async def test_signed_out_everywhere_means_now(house: House, boss: httpx.AsyncClient) -> None:
    ann = await house.member()
    browser = await house.signed_in(ann)

    await boss.post(f"/admin/members/{ann.id}/sessions/delete/")

    assert "/sign-in/" in str((await browser.get("/account/")).url)


async def test_the_audit_log_is_searched_and_downloaded(house: House, boss: httpx.AsyncClient) -> None:
    ann = await house.member()
    await boss.post(f"/admin/members/{ann.id}/grants/", data={"role": "editor"})

    found = await boss.get(f"/admin/audit/?who=bob&action=role&subject=user:{ann.id}")
    none = await boss.get("/admin/audit/?until=2001-01-01")
    file = await boss.post("/admin/audit.csv", data=form_values(found.text, action="/admin/audit.csv"))

    assert "Role given" in found.text
    assert f'<a href="{house.url("blog", f"/admin/members/{ann.id}/")}">ann@example.com</a>' in found.text
    assert "bob@example.com" in found.text
    assert "Nothing found" in none.text
    assert file.headers["Content-Type"].startswith("text/csv")
    assert "role=editor" in file.text
    assert "@" not in file.text
    assert "Audit log downloaded" in (await boss.get("/admin/audit/")).text


async def test_the_audit_log_speaks_as_people_do(house: House, boss: httpx.AsyncClient) -> None:
    async with transaction() as session:
        audit(session, "ticket_type.created", "ticket_type:7", price=1500, capacity=24)
        audit(session, "page.changed", f"post:{(await a_page(session)).id}")

    page = (await boss.get("/admin/audit/")).text

    assert "Ticket type added" in page
    assert "price £15.00, 24 places" in page
    assert f'<a href="{house.url("events", "/admin/ticket-types/7/")}">Ticket type 7</a>' in page
    assert re.search(r'/admin/pages/\d+/">The Old Dairy</a>', page)
    assert "The system" in page
    assert "ticket_type.created" not in page


async def test_the_history_of_one_thing_stays_chosen_in_the_next_search(boss: httpx.AsyncClient) -> None:
    async with transaction() as session:
        audit(session, "stock.counted", "product:1", change=-3)
        audit(session, "stock.counted", "product:2", change=20)

    page = (await boss.get("/admin/audit/?subject=product:1")).text

    assert "−3" in page
    assert "+20" not in page
    assert "Only what was done to Product 1." in page
    assert '<input type="hidden" name="subject" value="product:1">' in page[page.index('role="search"') :]


async def test_the_member_gets_everything_from_all_four_apps(house: House) -> None:
    ann = await house.member()
    browser = await house.signed_in(ann)
    async with transaction() as session:
        loaf = await a_product(session, title="Rye loaf")
    await browser.post(house.url("market", f"/products/{loaf.slug}/like/"))

    answer = await browser.get("/account/everything.json")

    assert set(answer.json()) == {"made_at", "blog", "market", "cart", "events"}
    assert answer.json()["blog"]["account"]["email"] == "ann@example.com"
    assert answer.json()["market"]["likes"][0]["product"] == "Rye loaf"
    assert "token_hash" not in answer.text


async def test_there_is_no_half_a_file(house: House) -> None:
    browser = await house.signed_in(await house.member())
    house.stop("events")

    answer = await browser.get("/account/everything.json")

    assert answer.status_code == 503
    assert "cannot reach your tickets" in answer.text


async def test_the_last_administrator_cannot_vanish(house: House, boss: httpx.AsyncClient) -> None:
    answer = await boss.post("/account/erasure/", data={"understood": "yes"})

    assert answer.status_code == 409
    async with get_session(read_only=True) as session:
        assert (await members.get_by_email(session, "bob@example.com")).is_admin
