"""Cross-origin requests may not change anything. No tokens, so that every page can be cached for everyone.

Unsafe methods pass when the browser says same-origin, or when the Origin is one of our four apps. A request with
no such header is no browser's: it passes only if it carries no session. The rule is that of Go 1.25's
CrossOriginProtection, stricter where no header is there at all.
"""

from quart import Quart, Response, request

from shared.browser.app.errors import refusal
from shared.config import Settings
from shared.errors import Forbidden

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Here no session is looked up, so nobody's cookie can be misused: they prove themselves in other ways.
APART = ("/internal/", "/webhooks/")


class CrossOrigin(Forbidden):
    message = "This came from another site, so nothing was changed. Please use the form on this one."


def use_csrf(app: Quart, settings: Settings) -> None:
    trusted = frozenset(settings.apps.model_dump().values())

    @app.before_request
    async def refuse_cross_origin() -> Response | None:
        if request.method in SAFE or request.path.startswith(APART):
            return None
        origin = request.headers.get("Origin")
        site = request.headers.get("Sec-Fetch-Site")
        if not allowed(origin, site, trusted=trusted, has_session=bool(request.cookies)):
            # Answered here: nobody is known yet, and a blueprint's own pages for errors would ask who it is.
            return await refusal(CrossOrigin())
        return None


def allowed(origin: str | None, site: str | None, *, trusted: frozenset[str], has_session: bool) -> bool:
    if origin in trusted:
        return True
    if site is not None:
        return site in {"same-origin", "none"}
    return origin is None and not has_session
