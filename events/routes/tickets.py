"""Whoever has the link has the ticket: it is kept out of referrers, caches and search engines."""

from quart import Blueprint, Response, g

from events.services import pdf, tickets, wording
from shared import qr
from shared.browser.app.authz import require_user
from shared.browser.app.utils.htmx import page
from shared.browser.app.utils.settings import current_settings
from shared.utils import host_url

bp = Blueprint("tickets", __name__)


@bp.get("/tickets/")
@require_user
async def index() -> Response:
    found = await tickets.list_of_person(g.session, email=g.user.email, user_id=g.user.id)
    return await page("events/tickets/index.html", tickets=tickets.by_time(found))


@bp.get("/tickets/<token>/")
async def show(token: str) -> Response:
    ticket = await tickets.get_by_token(g.session, token)
    settings = current_settings()
    code = qr.draw(host_url(settings, "events", ticket.path))
    when = wording.span(ticket.entry, settings.site)
    return await page("events/tickets/show.html", ticket=ticket, code=code, when=when)


@bp.get("/tickets/<token>.pdf")
async def download(token: str) -> Response:
    ticket = await tickets.get_by_token(g.session, token)
    response = Response(pdf.draw([ticket], current_settings()), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="ticket-{ticket.code}.pdf"'
    return response
