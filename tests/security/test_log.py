"""What the log says of a day: who came in, who did not, what went wrong; and nobody's address."""

import asyncio
import io
import json
import re
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from shared.browser.app import limits
from shared.browser.app.limits import Limit
from shared.db.session import transaction
from shared.log_config.setup import setup_logging
from shared.models import Right, Role, User
from tests.cart.visitors import Shop, Visitor
from tests.factories.events import a_ticket_type
from tests.factories.market import a_product
from tests.house import APPS, House
from tests.security.visits import SECURITY, add_app, ask, by_mail, digits_of, path_of

MARKS = r"canary[\w-]*|192\.0\.2\.77"
HEADERS = {"User-Agent": "canary-agent", "Referer": "http://localhost/canary-page", "X-Real-IP": "192.0.2.77"}


@pytest.fixture
def log(log: io.StringIO) -> io.StringIO:
    for app in APPS:
        setup_logging(app, stream=log)
    return log


def marks(log: io.StringIO) -> list[str]:
    return sorted(set(re.findall(MARKS, log.getvalue(), re.IGNORECASE)))


def lines(log: io.StringIO, event: str) -> list[dict[str, Any]]:
    return [line for line in map(json.loads, log.getvalue().splitlines()) if line["event"] == event]


async def test_no_address_that_is_asked_for_is_in_the_log(house: House, log: io.StringIO) -> None:
    browser = house.client()
    browser.cookies.set("sid", "canary-cookie", domain="localhost.local")
    await browser.post("/sign-in/", data={"email": "canary-mail@example.com"}, headers=HEADERS)
    await browser.get("/sign-in/canary-token/?email=canary-query@example.com", headers=HEADERS)
    await browser.get(house.url("cart", "/orders/canary-order/"), headers=HEADERS)
    await browser.get(house.url("events", "/tickets/canary-ticket/"), headers=HEADERS)
    await browser.get("/search/?q=canary-search", headers=HEADERS)
    await house.deliver()

    assert log.getvalue().count("\n") > 4
    assert marks(log) == []


async def test_no_member_is_in_the_log_who_signs_in_changes_or_leaves(house: House, log: io.StringIO) -> None:
    ann = await house.member("canary.ann@example.com", name="Canary Ann")
    browser = await by_mail(house, ann)
    link = await ask(house, house.client(), ann.email)
    await house.client().post(path_of(house, link))
    await browser.post("/account/", data={"name": "Canary Anna"})
    await browser.post("/account/email/", data={"email": "canary.new@example.com"})
    await add_app(house, browser, ann)
    await browser.post(f"{SECURITY}authenticator/delete/")
    await browser.post("/account/erasure/", data={"email": ann.email})
    await house.deliver()

    assert len(lines(log, "request")) > 8
    assert marks(log) == []


async def test_no_buyer_is_in_the_log(house: House, log: io.StringIO) -> None:
    async with transaction() as session:
        loaf = await a_product(session, price=420, on_hand=10, vat_rate=0)
        concert = await a_ticket_type(session, price=1200, capacity=10)
    cy = Visitor(house, Shop(loaf, concert, ""))
    await cy.choose(loaves=1)
    form = await cy.form()

    refused = await cy.send(form | {"email": "canary"})
    placed = await cy.send(form | {"email": "canary.cy@example.com", "name": "Canary Cy"})
    await house.deliver()

    assert (refused.status_code, placed.status_code) == (422, 303)
    assert marks(log) == []


async def test_nobody_is_in_the_log_whom_the_desk_is_about(house: House, log: io.StringIO) -> None:
    bob = await house.signed_in(await house.member("canary.bob@example.com", admin=True))
    ann = await house.member("canary.ann@example.com")
    for form in ({"email": "canary.cy@example.com", "name": "Canary Cy"}, {"email": ann.email}, {"email": "canary"}):
        await bob.post("/admin/members/", data=form)
    await bob.post(f"/admin/members/{ann.id}/", data={"email": "canary.bob@example.com", "name": "Canary"})
    await bob.post(f"/admin/members/{ann.id}/grants/", data={"role": "editor"})
    await bob.get("/admin/members/?q=canary")
    await bob.get("/admin/audit/?who=canary")
    await house.deliver()

    assert len(lines(log, "request")) > 6
    assert marks(log) == []


async def test_a_database_that_refuses_tells_the_log_of_nobody(house: House, log: io.StringIO) -> None:
    refusals = {
        "twice": "INSERT INTO users (email, name) VALUES (:email, 'x'), (:email, 'x')",
        "empty": "INSERT INTO users (email, name, ghost_id) VALUES (:email, NULL, :note)",
        "wrong": "SELECT CAST(:email AS integer)",
    }

    @house.apps["blog"].get("/t/refused/<how>/")
    async def refused(how: str) -> str:
        values = {"email": "canary.x@example.com", "note": "canary\ncanary"}
        async with transaction() as session:
            wanted = {name: values[name] for name in values if f":{name}" in refusals[how]}
            await session.execute(text(refusals[how]), wanted)
        return ""

    answers = [await house.client().get(f"/t/refused/{how}/") for how in refusals]

    assert {answer.status_code for answer in answers} == {500}
    assert len(lines(log, "request failed")) == len(refusals)
    assert "UniqueViolation" in log.getvalue()
    assert marks(log) == []


async def test_a_table_that_is_locked_tells_the_log_of_nobody(house: House, log: io.StringIO) -> None:
    async with transaction() as session:
        await session.execute(text("LOCK TABLE magic_links IN EXCLUSIVE MODE"))
        answer = await house.client().post("/sign-in/", data={"email": "canary.late@example.com"})

    assert answer.status_code == 503
    assert "LockNotAvailable" in log.getvalue()
    assert marks(log) == []


async def test_who_signs_in_and_who_does_not_is_a_line_each(house: House, log: io.StringIO) -> None:
    ann, browser = await house.member("canary.ann@example.com"), house.client()
    link = await ask(house, browser, ann.email)
    wrong = f"{(int(digits_of(house, link)) + 1) % 10**6:06}"

    await browser.post("/sign-in/code/", data={"code": wrong})
    await house.client().post(path_of(house, link))
    await browser.post(path_of(house, link))
    await browser.post(path_of(house, link))
    await browser.post("/sign-in/second/", data={"code": "000000"})
    shown = lines(log, "sign-in failed")

    assert [line["reason"] for line in shown] == ["WrongCode", "WrongBrowser", "LinkWornOut", "WrongDigits"]
    assert shown[0]["address"] == shown[1]["address"]
    assert len(shown[0]["address"]) == 32
    assert shown[3]["member"] == ann.id
    assert [line["member"] for line in lines(log, "signed in")] == [ann.id]
    assert all(line["network"] and line["request_id"] for line in shown)
    assert marks(log) == []


async def test_who_is_refused_is_a_line_with_their_number(house: House, log: io.StringIO) -> None:
    ann = await house.member()
    keeper = await house.member("di@example.com", rights=[Right(Role.SHOPKEEPER, ("page", 1))])
    async with transaction() as session:
        others = await a_product(session)
    beyond = f"/admin/products/{others.id}/"
    await (await house.signed_in(ann)).get("/admin/members/")
    await (await house.signed_in(keeper)).get(house.url("market", beyond))
    await (await house.signed_in(keeper)).get("/no/such/page/")

    refused = [(line["member"], line["status"], line["path"]) for line in lines(log, "refused")]

    assert refused == [(ann.id, 403, "/admin/members/"), (keeper.id, 404, beyond)]


async def test_a_limit_that_is_met_is_a_line(house: House, log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.LIMITS, "search", Limit(0, 60))
    ann: User = await house.member()
    browser: httpx.AsyncClient = await house.signed_in(ann)

    await asyncio.gather(browser.get("/search/?q=a"), browser.get("/search/?q=b"))

    assert [(line["limit"], line["member"]) for line in lines(log, "limit reached")] == [("search", ann.id)] * 2
