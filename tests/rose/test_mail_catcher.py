import asyncio
import smtplib
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from quart.typing import TestClientProtocol as Browser

from rose.standins.mail.app import create_app
from rose.standins.mail.mailbox import Mailbox
from rose.supervisor.ports import free_port

HERE = {"Host": "localhost:8011"}


@pytest.fixture
def smtp_port() -> int:
    return free_port()


@pytest.fixture
async def catcher(tmp_path: Path, smtp_port: int) -> AsyncIterator[Browser]:
    app = create_app(Mailbox(tmp_path), smtp_port=smtp_port)
    async with app.test_app():
        yield app.test_client()


def a_mail(to: str = "ann@example.org") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Rose Ash <hello@roseash.example>", to, "Your tickets — café"
    mail.set_content("Hello Ann, http://localhost:8000/in/abc")
    mail.add_alternative("<html><head></head><body><p>Hello <b>Ann</b></p><img src='cid:logo'></body></html>", "html")
    mail.get_payload()[1].add_related(b"PNG", "image", "png", cid="<logo>")
    mail.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="billet é.pdf")
    return mail


async def send(port: int, mail: EmailMessage, *also: str) -> None:
    def deliver() -> None:
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            smtp.send_message(mail, to_addrs=[str(mail["To"]), *also])

    await asyncio.to_thread(deliver)


async def messages(catcher: Browser, query: str = "") -> list[dict]:
    response = await catcher.get(f"/api/messages{query}", headers=HERE)
    return (await response.get_json())["messages"]


async def test_a_mail_is_shown_with_its_text_its_html_and_what_is_attached(catcher: Browser, smtp_port: int) -> None:
    await send(smtp_port, a_mail())

    (mail,) = await messages(catcher)
    listed = await (await catcher.get("/", headers=HERE)).get_data(as_text=True)
    text = await (await catcher.get(f"/messages/{mail['id']}?view=text", headers=HERE)).get_data(as_text=True)
    attached = await catcher.get(mail["attachments"][1]["url"], headers=HERE)

    assert "Your tickets — café" in listed
    assert 'href="http://localhost:8000/in/abc"' in text
    assert "billet é.pdf" in text
    assert await attached.get_data() == b"%PDF-"


async def test_the_html_of_a_mail_is_caged(catcher: Browser, smtp_port: int) -> None:
    await send(smtp_port, a_mail())
    (mail,) = await messages(catcher)

    shown = await catcher.get(f"/messages/{mail['id']}/html", headers=HERE)

    assert "src='data:image/png;base64,UE5H'" in await shown.get_data(as_text=True)
    assert shown.headers["Content-Security-Policy"].startswith("sandbox allow-popups")
    assert "script" not in shown.headers["Content-Security-Policy"]


async def test_the_api_finds_blind_copies_by_address_and_waits_for_them(catcher: Browser, smtp_port: int) -> None:
    waiting = asyncio.create_task(messages(catcher, "?to=Bob@example.org&wait=10"))
    await send(smtp_port, a_mail())
    await send(smtp_port, a_mail(), "bob@example.org")

    assert [mail["to"] for mail in await waiting] == [["ann@example.org", "bob@example.org"]]


async def test_mails_outlive_the_catcher_until_they_are_deleted(
    catcher: Browser, smtp_port: int, tmp_path: Path
) -> None:
    await send(smtp_port, a_mail())

    assert len(Mailbox(tmp_path).list_newest()) == 1
    assert (await catcher.delete("/api/messages", headers=HERE)).status_code == 204
    assert await messages(catcher) == []


async def test_other_sites_cannot_reach_it_through_the_browser(catcher: Browser) -> None:
    rebound = await catcher.get("/api/messages", headers={"Host": "evil.example"})
    forged = await catcher.post("/messages/clear", headers={**HERE, "Sec-Fetch-Site": "cross-site"})

    assert (rebound.status_code, forged.status_code) == (421, 403)
