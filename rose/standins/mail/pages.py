import base64
import re
from urllib.parse import quote

from quart import Blueprint, Response, abort, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from rose.standins.mail.mail import Mail
from rose.standins.mail.mailbox import Mailbox

bp = Blueprint("pages", __name__)
# A mail's HTML is a stranger's: no scripts, no forms, no frames; its links open outside.
_CAGE = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "img-src http: https: data:; style-src 'unsafe-inline'; font-src http: https: data:"
)


@bp.get("/")
async def index() -> str:
    to = request.args.get("to", "").strip()
    return await render_template("index.html", mails=_mailbox().list_newest(to=to), to=to)


@bp.post("/messages/clear")
async def clear() -> Redirect:
    _mailbox().clear()
    return redirect(url_for("pages.index"), 303)


@bp.get("/messages/<mail_id>")
async def show(mail_id: str) -> str:
    mail = _get(mail_id)
    view = request.args.get("view", "html" if mail.html else "text")
    return await render_template("show.html", mail=mail, view=view)


@bp.get("/messages/<mail_id>/html")
async def html(mail_id: str) -> Response:
    mail = _get(mail_id)
    return _caged(_opening_outside(_with_pictures(mail)).encode(), "text/html; charset=utf-8")


@bp.get("/messages/<mail_id>/source")
async def source(mail_id: str) -> Response:
    return _caged(_get(mail_id).source, "text/plain; charset=utf-8")


@bp.get("/messages/<mail_id>/attachments/<int:number>")
async def attachment(mail_id: str, number: int) -> Response:
    parts = _get(mail_id).attachments
    if number >= len(parts):
        abort(404)
    response = _caged(parts[number].content, parts[number].kind)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(parts[number].name)}"
    return response


def _mailbox() -> Mailbox:
    mailbox: Mailbox = current_app.extensions["mailbox"]
    return mailbox


def _get(mail_id: str) -> Mail:
    return _mailbox().find(mail_id) or abort(404)


def _caged(content: bytes, kind: str) -> Response:
    return Response(content, content_type=kind, headers={"Content-Security-Policy": _CAGE})


def _with_pictures(mail: Mail) -> str:
    """`cid:` addresses become the pictures themselves: a caged page may ask nobody for them."""
    html = mail.html
    for part in mail.attachments:
        if part.content_id:
            picture = f"data:{part.kind};base64,{base64.b64encode(part.content).decode()}"
            html = html.replace(f"cid:{part.content_id}", picture)
    return html


def _opening_outside(html: str) -> str:
    base = '<base target="_blank">'
    with_head, count = re.subn(r"<head[^>]*>", lambda head: head[0] + base, html, count=1, flags=re.IGNORECASE)
    return with_head if count else base + html
