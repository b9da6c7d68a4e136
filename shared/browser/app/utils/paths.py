import re

from quart import request

from shared.config import Settings

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


def safe_next(value: str | None, settings: Settings, *, default: str = "/") -> str:
    """Where to go on: a path here, or an address of one of the four apps.

    Compared with our addresses and never taken apart, so that no two readers can disagree about it.
    """
    origins = "|".join(re.escape(origin) for origin in settings.apps.model_dump().values())
    # After the origin a path, which no second slash of either kind makes another site's address.
    ours = rf"(?:{origins})|(?:{origins})?/(?![/\\])[^\x00-\x20\\]*"
    return value if value and re.fullmatch(ours, value) else default
