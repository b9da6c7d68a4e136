"""Whatever people and things are called, a mail says it and does nothing else: no header, no template, no detour."""

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

import blog
from blog.services.mails import Letter, compose
from events.models import Hold, Ticket
from shared.config import Settings
from shared.db.session import transaction
from shared.events.bus import emit_event
from shared.events.payloads.cart import OrderLine, OrderPaid
from shared.events.payloads.events import TicketsIssued
from shared.utils import utcnow
from tests.factories.cart import a_line, a_placed_order
from tests.factories.events import a_calendar, a_ticket_type, an_entry
from tests.fakes.mail import MailFake
from tests.house import House, settings_for

MAILS = Path(blog.__file__).parent / "templates/blog/mails"
NAMES = [
    "Ann\r\nBcc: evil@example.com",
    "Ann\nX: y\n\nAnother body",
    "{event.__class__} {0} {site}",
    "{{ 7777 * 7777 }}{% raw %}{# x #}",
    "%s%n%(name)s",
    "\u202egnp.exe\u2066 Ann\u2029Bcc: evil@example.com",
    "<b>Ann</b> & <script>alert(1)</script>",
]
# Of these only the subject could hold a name.
OTHER_KINDS = {path.stem for path in MAILS.glob("*.txt")} - {"receipt", "tickets"}
HEADERS = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"}
TURNING = "\r\n\u2028\u2029\u202a\u202b\u202d\u202e\u2066\u2067\u2068"


@pytest.fixture
def settings(database_url: str, mail: MailFake, tmp_path: Path) -> Settings:
    return settings_for(database_url, home=tmp_path, smtp_url=mail.url)


async def buy(name: str) -> None:
    """Goods and a ticket, all of them called so, and whoever bought them."""
    order = await a_placed_order(a_line(title=name), buyer=name)
    bought = OrderLine(kind="product", item_id=1, title=name, detail=name, quantity=2, unit_price=420)
    async with transaction() as session:
        entry = await an_entry(session, calendar=await a_calendar(session, name=name), title=name, venue=name)
        kind = await a_ticket_type(session, entry=entry, name=name)
        hold = Hold(ticket_type_id=kind.id, quantity=1, until=utcnow(), state="converted", order=order.token)
        session.add(hold)
        await session.flush()
        one = {"ticket_type_id": kind.id, "entry_id": entry.id, "hold_id": hold.id, "order": order.token}
        session.add(Ticket(**one, place=1, email="ann@example.com", name=name))
        told = {"order": order.token, "email": "ann@example.com"}
        emit_event(session, OrderPaid(**told, buyer=name, total=840, currency="GBP", lines=[bought]))
        emit_event(session, TicketsIssued(**told, tokens=[]))


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_is_said_in_a_mail_and_does_nothing_there(house: House, mail: MailFake, name: str) -> None:
    await buy(name)
    await house.deliver()

    receipt, tickets = sorted(mail.to("ann@example.com"), key=lambda letter: "ticket" in str(letter["Subject"]))

    assert {str(letter["To"]) for letter in mail.messages} == {"ann@example.com"}
    assert " ".join(str(tickets["Subject"]).split()).startswith("Your ticket: ")
    assert [word for word in name.split() if word.isalnum() and word not in str(tickets["Subject"])] == []
    for letter in (receipt, tickets):
        assert set(letter.keys()) <= HEADERS
        assert not set(TURNING) & set(str(letter["Subject"]) + str(letter["From"]) + str(letter["To"]))
        plain, html = (part_of(letter, kind) for kind in ("plain", "html"))
        assert [line for line in said(name) if line not in plain] == []
        assert "<script" not in html
        assert "60481729" not in html + plain


async def test_no_kind_of_mail_takes_a_subject_for_more_than_one(house: House) -> None:
    context = {
        "url": "http://localhost:8000/x/",
        "code": "123456",
        "newsletters": [],
        "erase_at": utcnow(),
        "change": "app_added",
        "way_back": True,
    }

    async with house.apps["blog"].app_context():
        letters = {
            (kind, name): compose(Letter("ann@example.com", name, kind, "about", context), house.settings)
            for kind in OTHER_KINDS
            for name in NAMES
        }

    assert len(OTHER_KINDS) >= 6
    for letter in (read(letter.as_bytes()) for letter in letters.values()):
        assert set(letter.keys()) <= HEADERS
        assert not set(TURNING) & set(str(letter["Subject"]))


async def test_a_mail_goes_to_one_address_or_to_none(house: House) -> None:
    letter = Letter("ann@example.com\r\nBcc: evil@example.com", "Hello", "magic_link", "about", {"url": "", "code": ""})

    async with house.apps["blog"].app_context():
        with pytest.raises(ValueError, match="linefeed"):
            compose(letter, house.settings)


def part_of(letter: EmailMessage, kind: str) -> str:
    body = letter.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def read(content: bytes) -> EmailMessage:
    found = message_from_bytes(content, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def said(name: str) -> list[str]:
    """The name as it is read in a text: its lines, each whole."""
    return [line for line in re.split(r"[\r\n\u2029]+", name) if line]
