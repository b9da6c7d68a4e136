"""Who did what with more rights than a visitor has: written in the transaction of the act itself."""

from typing import Any

from quart import current_app, g, has_request_context
from sqlalchemy.ext.asyncio import AsyncSession

from shared.browser.app.networks import network_hash
from shared.models import AuditEntry


def audit(session: AsyncSession, action: str, subject: str, **details: Any) -> None:
    """`action` is `noun.verb` in the past ("order.refunded"), `subject` is `kind:id`, both for searching.

    Details are ids, amounts and states: nobody's name or address, because entries are never changed or removed.
    Outside a request (the command line, a handler) nobody is named as the actor.
    """
    session.add(AuditEntry(action=action, subject=subject, details=details, **_who()))


def _who() -> dict[str, Any]:
    if not has_request_context():
        return {"app": "rose", "actor_id": None, "network": None}
    user = g.get("user")
    return {"app": current_app.extensions["app_name"], "actor_id": user.id if user else None, "network": network_hash()}
