"""When something has happened, the blog sends the mails: at least once, each with a Message-ID of its own."""

import base64
from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from blog.services import email_undos, emails, erasures, newsletters, sign_in
from blog.services.mails import Attachment, Letter, send
from shared.browser.app.utils.settings import current_settings
from shared.db.addresses import ERASED
from shared.db.session import get_session
from shared.events.payloads.accounts import (
    EmailChanged,
    EmailChangeRequested,
    ErasureCalledOff,
    ErasureFellDue,
    ErasureRequested,
    MemberErased,
    SecondFactorChanged,
)
from shared.events.payloads.blog import MagicLinkRequested
from shared.events.payloads.cart import OrderPaid
from shared.events.payloads.events import TicketsIssued
from shared.infrastructure import internal_api
from shared.models import User
from shared.utils import host_url, utcnow

SECOND_FACTOR_SUBJECTS: dict[str, str] = {
    "passkey_added": "A passkey was added to your account",
    "passkey_removed": "A passkey was removed from your account",
    "app_added": "An authenticator app was added to your account",
    "app_removed": "The authenticator app was removed from your account",
    "codes_made": "New recovery codes were made for your account",
    "newer_removed": "Passkeys, apps and codes that were new were removed",
    "all_removed": "Your passkeys, app and recovery codes were removed",
}


async def send_magic_link(event: MagicLinkRequested) -> None:
    settings = current_settings()
    async with get_session(read_only=True) as session:
        link = await sign_in.find_link_to_mail(session, event.link_id)
        chosen = await newsletters.list_names(session, link.newsletters) if link else []
    key = sign_in.key_of(link, settings.secret_keys) if link else None
    if link is None or key is None:
        return
    url = host_url(settings, "blog", f"/sign-in/{sign_in.secret_of(link, key=key)}/")
    code = sign_in.code_of(link, key=key)
    subject = f"Sign in to {settings.site.name}"
    words = {"url": url, "code": code, "newsletters": chosen}
    letter = Letter(link.email, subject, "magic_link", f"magic-link-{link.id}", words)
    await send(letter, settings)


async def send_email_change(event: EmailChangeRequested) -> None:
    """The link to the new address, and word to the old one, in case it was not its owner who asked."""
    settings = current_settings()
    async with get_session(read_only=True) as session:
        found = await emails.find(session, event.change_id)
    if found is None:
        return
    link = host_url(settings, "blog", f"/account/email/{emails.secret_of(found.change, key=settings.secret_key)}/")
    subject = f"Your new address at {settings.site.name}"
    about = f"email-change-{found.change.id}"
    await send(Letter(found.change.email, subject, "email_change", about, {"url": link}), settings)
    account = host_url(settings, "blog", "/account/")
    notice = Letter(
        found.before, "Your address is about to change", "email_notice", f"{about}-notice", {"url": account}
    )
    await send(notice, settings)


async def send_email_changed(event: EmailChanged) -> None:
    """To the address before: what happened, and the way back."""
    settings = current_settings()
    async with get_session(read_only=True) as session:
        undo = await email_undos.find(session, event.undo_id)
    if undo is None:
        return
    url = host_url(settings, "blog", f"/account/email/undo/{email_undos.secret_of(undo, key=settings.secret_key)}/")
    about = f"email-undo-{undo.id}"
    await send(Letter(undo.email, "Your address was changed", "email_changed", about, {"url": url}), settings)


async def send_second_factor_notice(event: SecondFactorChanged) -> None:
    async with get_session(read_only=True) as session:
        member = await session.get(User, event.user_id)
    if member is not None:
        await _send_second_factor_notice(event, [member.email], way_back=False)


async def warn_addresses_before(event: SecondFactorChanged) -> None:
    """Whoever changed the address would be the only one to hear of it. By itself: an old mailbox may be gone."""
    async with get_session(read_only=True) as session:
        found = await email_undos.list_addresses(session, event.user_id)
    await _send_second_factor_notice(event, found, way_back=True)


async def _send_second_factor_notice(event: SecondFactorChanged, to: Iterable[str], *, way_back: bool) -> None:
    settings = current_settings()
    context = {
        "change": event.change,
        "way_back": way_back,
        "url": host_url(settings, "blog", "/sign-in/?next=/account/security/"),
    }
    for number, address in enumerate(to):
        about = f"second-factor-{event.notice}-{'before' if way_back else 'now'}-{number}"
        await send(Letter(address, SECOND_FACTOR_SUBJECTS[event.change], "second_factor", about, context), settings)


async def send_erasure_notice(event: ErasureRequested) -> None:
    settings = current_settings()
    async with get_session(read_only=True) as session:
        member = await session.get(User, event.user_id)
    # Called off before the mail went out.
    if member is None or member.erase_at is None:
        return
    context = {"url": host_url(settings, "blog", "/sign-in/?next=/account/"), "erase_at": member.erase_at}
    about = f"erasure-{member.id}-{member.erase_at:%Y%m%d%H%M}"
    await send(
        Letter(member.email, "Your account will be erased in a week", "erasure_notice", about, context), settings
    )


async def send_erasure_called_off(event: ErasureCalledOff) -> None:
    settings = current_settings()
    async with get_session(read_only=True) as session:
        member = await session.get(User, event.user_id)
    if member is None or member.erase_at is not None:
        return
    about = f"erasure-off-{member.id}-{utcnow():%Y%m%d%H%M}"
    url = host_url(settings, "blog", "/account/data/")
    await send(Letter(member.email, "Your account stays", "erasure_called_off", about, {"url": url}), settings)


async def erase_member(session: AsyncSession, event: ErasureFellDue) -> None:
    await erasures.carry_out(session, event.user_id, secret_key=current_settings().secret_key)


async def forget_member(event: MemberErased) -> None:
    await erasures.forget_in_log(event, secret_key=current_settings().secret_key, instead=ERASED)


async def send_receipt(event: OrderPaid) -> None:
    settings = current_settings()
    order = await internal_api.get("cart", f"/internal/cart/orders/{event.order}")
    context = {"event": event, "order": order}
    subject = f"Your receipt from {settings.site.name}: order {order['number']}"
    await send(Letter(event.email, subject, "receipt", f"receipt-{event.order}", context), settings)


async def send_tickets(event: TicketsIssued) -> None:
    settings = current_settings()
    found = await internal_api.get("events", f"/internal/events/orders/{event.order}/tickets")
    tickets = found["tickets"] if isinstance(found, dict) else found
    attached = [
        Attachment(f"ticket-{number}.pdf", base64.b64decode(ticket["pdf_base64"]))
        for number, ticket in enumerate(tickets, 1)
        if ticket.get("pdf_base64")
    ]
    subject = "Your ticket" if len(tickets) == 1 else "Your tickets"
    about = f"tickets-{event.order}"
    letter = Letter(event.email, f"{subject}: {tickets[0]['title']}", "tickets", about, {"tickets": tickets}, attached)
    await send(letter, settings)
