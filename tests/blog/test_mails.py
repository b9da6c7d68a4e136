import base64
import re

import pytest

from blog.services.mails import Letter, compose
from shared.config import Settings
from shared.db.session import transaction
from shared.events.bus import emit_event
from shared.events.payloads.cart import OrderLine, OrderPaid
from shared.events.payloads.events import TicketsIssued
from shared.infrastructure import internal_api
from shared.palette import palette
from tests.factories.cart import a_placed_order
from tests.fakes.mail import MailFake
from tests.house import House, settings_for

TICKET = {
    "title": "Barn concert",
    "starts_at": "2027-06-12T18:30:00+00:00",
    "venue": "The Old Dairy",
    "holder": "Ann Archer",
    "url": "http://localhost:8003/tickets/secret/",
    "pdf_base64": base64.b64encode(b"%PDF-1.7 ticket").decode(),
}


@pytest.fixture
def settings(database_url: str, mail: MailFake, tmp_path) -> Settings:
    return settings_for(database_url, home=tmp_path, smtp_url=mail.url)


async def test_who_has_paid_gets_a_receipt_with_every_line_and_the_total(house: House, mail: MailFake) -> None:
    order = await a_placed_order()
    lines = [OrderLine(kind="product", item_id=1, title="Rye loaf", quantity=2, unit_price=420)]
    async with transaction() as session:
        paid = OrderPaid(order=order.token, email="ann@example.com", total=840, currency="GBP", lines=lines)
        emit_event(session, paid)

    await house.deliver()

    letter = mail.to("ann@example.com")[0]
    text = letter.get_body(("plain",)).get_content()
    assert order.number in text
    assert "2 x Rye loaf: £8.40" in text
    assert "<style" not in letter.get_body(("html",)).get_content()
    assert letter["Message-ID"] == f"<receipt-{order.token}@roseash.example>"


async def test_tickets_come_as_a_pdf_and_in_the_halls_own_time(
    house: House, mail: MailFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer(*_: object, **__: object) -> object:
        return {"tickets": [TICKET]}

    monkeypatch.setattr(internal_api, "get", answer)
    async with transaction() as session:
        emit_event(session, TicketsIssued(order="abc", email="ann@example.com", tokens=["secret"]))

    await house.deliver()

    letter = mail.to("ann@example.com")[0]
    assert "19:30" in letter.get_body(("plain",)).get_content()
    attached = next(letter.iter_attachments())
    assert (attached.get_filename(), attached.get_content()) == ("ticket-1.pdf", b"%PDF-1.7 ticket")


async def test_a_mail_has_the_colours_of_the_site_and_no_others(house: House) -> None:
    context = {"url": "http://localhost:8000/x/", "code": "123456", "newsletters": []}
    async with house.apps["blog"].app_context():
        letter = compose(Letter("ann@example.com", "Hello", "magic_link", "about", context), house.settings)

    body = letter.get_body(("html",))
    assert body is not None
    colours = set(re.findall(r"#[0-9a-f]{6}\b", str(body.get_content())))
    known = palette(house.settings.design)
    assert known["accent"][0] in colours
    assert colours <= {light for light, _dark in known.values()}
