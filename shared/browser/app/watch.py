"""What whoever looks for intruders wants to read in the log: one line each, and nobody's address in it."""

from typing import Any

import structlog
from quart import g, has_request_context

from shared.browser.app.networks import network_hash
from shared.browser.app.utils.settings import current_settings
from shared.utils import keyed_hash

log = structlog.get_logger("watch")


def watch(event: str, *, member: int | None = None, email: str | None = None, **details: Any) -> None:
    """Who it was is said by number: `member`, else whoever is signed in.

    Where only an address is known, it stands there under the site's key: the same one is the same again.
    """
    if has_request_context():
        user = g.get("user")
        member = member or (user.id if user else None)
        details["network"] = network_hash()
    if email is not None:
        details["address"] = keyed_hash(current_settings().secret_key, f"address:{email}")[:32]
    log.info(event, member=member, **details)
