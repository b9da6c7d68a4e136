import re

from quart import request

# Whoever has one of these may open what it is for.
SECRETS = frozenset({"token", "order", "hold_id", "public_id"})


def path_for_log() -> str:
    """The request's path; where a secret stands in it, how it is spelled in the routes."""
    rule = request.url_rule
    if rule is None:
        # Perhaps a link that was copied without its last character: what is as long as a secret may be one.
        return re.sub(r"[\w-]{20,}", "…", request.path)
    if not SECRETS.isdisjoint(request.view_args or {}):
        return rule.rule
    return request.path
