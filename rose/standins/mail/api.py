"""JSON for tests and scripts."""

from typing import Any

from quart import Blueprint, abort, current_app, request

from rose.standins.mail.mail import Mail
from rose.standins.mail.mailbox import Mailbox

bp = Blueprint("api", __name__, url_prefix="/api/messages")
_LONGEST_WAIT = 60.0


@bp.get("")
async def index() -> dict[str, Any]:
    """Newest first. `to`: only for that address. `wait`: seconds to wait until there is one."""
    to, wait = request.args.get("to", ""), request.args.get("wait", 0.0, type=float)
    found = await _mailbox().wait_for(to, min(wait, _LONGEST_WAIT)) if wait else _mailbox().list_newest(to=to)
    return {"messages": [_shape(mail) for mail in found]}


@bp.get("/<mail_id>")
async def show(mail_id: str) -> dict[str, Any]:
    return _shape(_mailbox().find(mail_id) or abort(404))


@bp.delete("")
async def destroy() -> tuple[str, int]:
    _mailbox().clear()
    return "", 204


def _mailbox() -> Mailbox:
    mailbox: Mailbox = current_app.extensions["mailbox"]
    return mailbox


def _shape(mail: Mail) -> dict[str, Any]:
    return {
        "id": mail.id,
        "at": mail.at.isoformat(),
        "from": mail.sender,
        "to": mail.recipients,
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "attachments": [
            {
                "name": part.name,
                "type": part.kind,
                "size": part.size,
                "url": f"/messages/{mail.id}/attachments/{part.index}",
            }
            for part in mail.attachments
        ],
    }
