"""Where a request comes from, as far as it can be known."""

from ipaddress import ip_address, ip_network
from typing import Any

from quart import request

from shared.browser.app.utils.settings import current_settings
from shared.config import Settings
from shared.utils import keyed_hash


def network_hash() -> str:
    """The visitor's network under the site's key: tells two visitors apart, and says nothing about either."""
    return keyed_hash(current_settings().secret_key, f"network:{client_network()}")[:32]


def client_network() -> str:
    """The visitor's address; of IPv6 the /64, which is one household.

    From X-Forwarded-For only what a trusted proxy appended: read from the right, up to the first stranger.
    """
    try:
        address = ip_address(visitor_address(request.scope, current_settings()))
    except ValueError:
        return "unknown"
    return str(ip_network((address, 64), strict=False) if address.version == 6 else address)  # noqa: PLR2004


def visitor_address(scope: Any, settings: Settings) -> str:
    """The first address that is no proxy of ours, or what stands in the way of knowing it.

    A proxy may append a line of its own to the visitor's: all of them are one list (RFC 9110 5.3).
    """
    remote: str = (scope.get("client") or [""])[0]
    lines = [value for name, value in scope["headers"] if name.lower() == b"x-forwarded-for"]
    forwarded: str = b",".join(lines).decode("latin-1")
    hops = [hop.strip() for hop in (remote, *reversed(forwarded.split(",")))]
    for hop in hops:
        try:
            address = ip_address(hop)
        except ValueError:
            return hop
        if not any(address in network for network in settings.trusted_proxies):
            return hop
    return hops[-1]
