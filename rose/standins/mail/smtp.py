import asyncio

from aiosmtpd.smtp import SMTP, Envelope, Session
from quart import Quart

from rose.standins.mail.mailbox import Mailbox

_LARGEST = 32 * 1024 * 1024


class _Taker:
    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Accepted means on the disk."""
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        try:
            await self._mailbox.add(envelope.mail_from or "", envelope.rcpt_tos, content)
        except OSError as error:
            return f"452 The mail could not be kept: {error.strerror}"
        return "250 Kept"


def use_smtp(app: Quart, mailbox: Mailbox, *, port: int) -> None:
    def connection() -> SMTP:
        return SMTP(_Taker(mailbox), hostname="localhost", data_size_limit=_LARGEST, enable_SMTPUTF8=True)

    @app.before_serving
    async def listen() -> None:
        loop = asyncio.get_running_loop()
        app.extensions["smtp"] = await loop.create_server(connection, "127.0.0.1", port)

    @app.after_serving
    async def close() -> None:
        app.extensions["smtp"].close()
