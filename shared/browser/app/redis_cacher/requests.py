"""What a kept page may depend on: a path, the parts of the query its route names, whole page or fragment. Nothing else.

Everything else is taken out of the request before the route runs, so that it cannot reach a page for others.
"""

from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, urlencode

from quart import Quart
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from shared.browser.app.networks import visitor_address
from shared.browser.app.redis_cacher.routes import Policy
from shared.browser.app.redis_cacher.shelf import Address
from shared.browser.app.utils.htmx import PARTIAL, REQUEST_TYPE
from shared.config import Settings

Scope = dict[str, Any]
Found = dict[bytes, bytes]
LONGEST_QUERY = 400
MOST_FIELDS = 30


class Asked(NamedTuple):
    """A kept page that somebody wants."""

    address: Address
    policy: Policy


class Canon:
    def __init__(self, app: Quart, settings: Settings) -> None:
        self.app, self.settings = app, settings
        self.adapter: MapAdapter = app.url_map.bind("localhost")
        origin = getattr(settings.apps, app.extensions["app_name"])
        self.host = origin.split("://", 1)[1].lower().encode()

    def policy(self, path: str) -> tuple[Policy, str] | None:
        """How the page at this path is kept, and the path's one spelling; None for what is not kept."""
        try:
            rule, _ = self.adapter.match(path, method="GET", return_rule=True)
        except HTTPException:
            return None
        found: Policy | None = getattr(self.app.view_functions.get(rule.endpoint), "page_policy", None)
        if found is None:
            return None
        return found, path + "/" if rule.rule.endswith("/") and not path.endswith("/") else path

    def ask(self, scope: Scope, headers: Found) -> Asked | None:
        """None for what is not kept, and for what nobody asks who means well."""
        query: bytes = scope["query_string"]
        found = self.policy(scope["path"]) if len(query) <= LONGEST_QUERY else None
        if found is None or _is_special(headers):
            return None
        policy, path = found
        try:
            allowed = sorted(_fields(query, policy))
        except ValueError:
            return None
        return Asked(Address(path, urlencode(allowed).encode(), headers.get(REQUEST_TYPE) == PARTIAL), policy)

    def bare(self, scope: Scope, address: Address) -> Scope:
        """The request that the route gets to see."""
        headers = [(b"host", self.host)]
        # Who asks is for the limits alone to know, and is looked up before the proxies' word is taken out.
        visitor = visitor_address(scope, self.settings)
        if address.partial:
            headers.append((REQUEST_TYPE, PARTIAL))
        path = {"path": address.path, "raw_path": quote(address.path).encode(), "query_string": address.query}
        return {**scope, "method": "GET", "headers": headers, "client": (visitor, 0), **path}


def _fields(query: bytes, policy: Policy) -> list[tuple[str, str]]:
    pairs = parse_qsl(query.decode("latin-1"), max_num_fields=MOST_FIELDS)
    return [(name, value) for name, value in pairs if name in policy.query]


def _is_special(headers: Found) -> bool:
    accepted = headers.get(b"accept", b"*/*")
    asks_for_a_page = b"text/html" in accepted or b"*/*" in accepted
    return b"authorization" in headers or b"range" in headers or not asks_for_a_page
