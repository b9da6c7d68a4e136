"""Mails: text and HTML from templates, sent by the site's own SMTP server. Called only by handlers of events."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib
import css_inline
import structlog

from shared.browser.app.utils.templates import render_alone
from shared.config import Settings
from shared.errors import Unavailable
from shared.utils import utcnow

log = structlog.get_logger("mails")

TIMEOUT_SECONDS = 20
# Control characters, and those that turn the direction of what follows.
UNPRINTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


class NoMailServer(Unavailable):
    message = "No mail server is configured: set SMTP_URL. The mail waits and is tried again."


@dataclass(frozen=True)
class Attachment:
    name: str
    content: bytes
    mimetype: str = "application/pdf"


@dataclass(frozen=True)
class Letter:
    """`about` names the event it comes from: a second delivery of it makes the same Message-ID, so one mail."""

    to: str
    subject: str
    template: str
    about: str
    context: dict[str, Any] = field(default_factory=dict)
    attachments: Sequence[Attachment] = ()


async def send(letter: Letter, settings: Settings) -> None:
    """Raises NoMailServer, or what the mail server had against it: the event's handler is then tried again."""
    if letter.to.endswith(".invalid"):
        # Erased between the event and its mail.
        return
    if settings.smtp_url is None:
        log.warning("mail not sent: SMTP_URL is not set", about=letter.about)
        raise NoMailServer
    await aiosmtplib.send(compose(letter, settings), **_connection(settings.smtp_url))
    log.info("mail sent", about=letter.about)


def compose(letter: Letter, settings: Settings) -> EmailMessage:
    message = EmailMessage()
    message["From"] = formataddr((settings.site.name, settings.site.email))
    message["To"] = letter.to
    message["Subject"] = subject = _one_line(letter.subject)
    message["Date"] = format_datetime(utcnow())
    message["Message-ID"] = f"<{letter.about}@{settings.site.email.rsplit('@', 1)[-1]}>"
    # Out-of-office answers are for people.
    message["Auto-Submitted"] = "auto-generated"
    context = {"subject": subject, **letter.context}
    message.set_content(render_alone(f"blog/mails/{letter.template}.txt", **context))
    html = render_alone(f"blog/mails/{letter.template}.html", **context)
    message.add_alternative(css_inline.inline(html), subtype="html")
    for attached in letter.attachments:
        kind, _, subtype = attached.mimetype.partition("/")
        message.add_attachment(attached.content, maintype=kind, subtype=subtype, filename=attached.name)
    return message


def _one_line(words: str) -> str:
    """Names stand in subjects: no line of theirs begins another header, and none is written backwards."""
    return " ".join(UNPRINTED.sub(" ", words).split())


def _connection(smtp_url: str) -> dict[str, Any]:
    """smtp://user:password@host:port (encrypted when the server offers it) or smtps:// (from the first byte)."""
    parts = urlsplit(smtp_url)
    secure = parts.scheme == "smtps"
    return {
        "hostname": parts.hostname or "localhost",
        "port": parts.port or (465 if secure else 587),
        "username": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "use_tls": secure,
        "timeout": TIMEOUT_SECONDS,
    }
