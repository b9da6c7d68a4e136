from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

# What the sending program said on the line, which the mail itself may not (blind copies).
FROM, TO = "X-Envelope-From", "X-Envelope-To"
_POLICY = policy.default.clone(utf8=True)


@dataclass(frozen=True)
class Attachment:
    index: int
    name: str
    kind: str
    content: bytes
    content_id: str = ""

    @property
    def size(self) -> int:
        return len(self.content)


@dataclass(frozen=True)
class Mail:
    id: str
    message: EmailMessage
    source: bytes

    @classmethod
    def parse(cls, mail_id: str, source: bytes) -> "Mail":
        message = BytesParser(EmailMessage, policy=_POLICY).parsebytes(source)
        return cls(mail_id, message, source)

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(int(self.id.partition("-")[0]) / 1e9, UTC)

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "")

    @property
    def sender(self) -> str:
        return str(self.message["From"] or self.message[FROM] or "")

    @property
    def recipients(self) -> list[str]:
        return [address.strip() for address in str(self.message[TO] or "").split(",") if address.strip()]

    def is_for(self, address: str) -> bool:
        """Without an address, for everybody."""
        return not address or address.lower() in (known.lower() for known in self.recipients)

    @property
    def text(self) -> str:
        return _body(self.message, "plain")

    @property
    def html(self) -> str:
        return _body(self.message, "html")

    @property
    def attachments(self) -> list[Attachment]:
        """Pictures shown inside the HTML are among them: they have a `content_id`."""
        bodies = [self.message.get_body([kind]) for kind in ("plain", "html")]
        parts = (part for part in self.message.walk() if not part.is_multipart() and part not in bodies)
        return [_attachment(index, part) for index, part in enumerate(parts)]

    @property
    def files(self) -> list[Attachment]:
        """What the reader would call attached."""
        return [part for part in self.attachments if not (part.content_id and part.content_id in self.html)]


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body([kind])
    if part is None:
        return ""
    content = part.get_payload(decode=True)
    charset = part.get_content_charset("utf-8")
    try:
        return content.decode(charset, "replace") if isinstance(content, bytes) else ""
    except LookupError:
        return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


def _attachment(index: int, part: EmailMessage) -> Attachment:
    content = part.get_payload(decode=True)
    return Attachment(
        index=index,
        name=part.get_filename() or f"part-{index + 1}",
        kind=part.get_content_type(),
        content=content if isinstance(content, bytes) else b"",
        content_id=str(part["Content-ID"] or "").strip("<> "),
    )
