"""The one place where a refusal becomes a status and a page."""

import structlog
from markupsafe import escape
from quart import Quart, Response, current_app, g, jsonify, request
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from shared.browser.app.utils.htmx import wants_fragment
from shared.browser.app.utils.paths import path_for_log
from shared.browser.app.utils.templates import render, render_alone
from shared.browser.app.watch import watch
from shared.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, TooMany, Unavailable

log = structlog.get_logger("errors")

STATUS: dict[type[DomainError], int] = {
    NotFound: 404,
    Forbidden: 403,
    Conflict: 409,
    Invalid: 422,
    TooMany: 429,
    Unavailable: 503,
}
MESSAGES = {
    400: "The request could not be understood.",
    404: NotFound.message,
    405: "This address does not take that kind of request.",
    413: "What was sent is too large.",
    415: "This kind of file or request is not taken here.",
    429: TooMany.message,
    500: "Something went wrong on our side. It has been noted, and nothing was half done.",
    503: Unavailable.message,
}
# Classes of SQLSTATE that pass: no resources (disk, memory, connections), an operator (shutdown, timeout), the system.
PASSING_CLASSES = frozenset({"53", "57", "58"})
LOCK_NOT_AVAILABLE = "55P03"
# When neither templates nor style sheets are there: a whole page still, as browsers show it by themselves.
BARE = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    <title>Error {status}</title>
  </head>
  <body>
    <main>
      <h1>Error {status}</h1>
      <p>{message}</p>
      <p>Try again in a minute, or go <a href="/">to the front page</a>.</p>
    </main>
  </body>
</html>
"""


def status_of(error: DomainError) -> int:
    return next((status for family, status in STATUS.items() if isinstance(error, family)), 400)


def family_of(error: DomainError) -> str:
    return next((family.__name__ for family in STATUS if isinstance(error, family)), "DomainError")


def use_errors(app: Quart) -> None:
    @app.errorhandler(DomainError)
    async def refused(error: DomainError) -> Response:
        return await refusal(error)

    @app.errorhandler(HTTPException)
    async def http_problem(error: HTTPException) -> Response:
        status = error.code or 500
        response = await _answer(status, MESSAGES.get(status, error.description or error.name))
        for name, value in error.get_headers():
            if name.lower() in {"allow", "retry-after", "location"}:
                response.headers[name] = value
        return response

    @app.errorhandler(DBAPIError)
    @app.errorhandler(PoolTimeout)
    async def database_problem(error: Exception) -> Response:
        return _stand_alone(503 if _is_away(error) else 500, error)

    @app.errorhandler(OSError)
    async def no_connection(error: OSError) -> Response:
        return _stand_alone(503, error)

    @app.errorhandler(Exception)
    async def unexpected(error: Exception) -> Response:
        return _stand_alone(500, error)


async def refusal(error: DomainError) -> Response:
    """What a visitor is told, for hooks that must not leave it to a blueprint's own pages for errors."""
    if isinstance(error, Forbidden) or (isinstance(error, NotFound) and _needs_a_role()):
        watch("refused", reason=type(error).__name__, status=status_of(error), path=path_for_log())
    response = await _answer(status_of(error), error.message, family=family_of(error))
    response.headers.update(_headers(error))
    return response


def _needs_a_role() -> bool:
    """What lies beyond one's reach is not there; whoever looks for it all the same is worth a line."""
    return hasattr(current_app.view_functions.get(request.endpoint or ""), "required")


def _headers(error: DomainError) -> dict[str, str]:
    return {"Retry-After": str(error.wait)} if isinstance(error, TooMany | Unavailable) else {}


async def _answer(status: int, message: str, *, family: str | None = None) -> Response:
    if _wants_json():
        response = jsonify({"error": family or str(status), "message": message})
        response.status_code = status
        return response
    if wants_fragment():
        html = render_alone("errors/_alert.html", status=status, message=message)
    else:
        html = await _page(status, message)
    return Response(html, status, mimetype="text/html")


async def _page(status: int, message: str) -> str:
    template = f"errors/{status}.html" if status in {403, 404} else "errors/error.html"
    try:
        return await render(template, status=status, message=message, at_work=_at_work(status))
    except Exception:
        log.exception("error page failed", status=status)
        return _alone(status, message)


def _at_work(status: int) -> bool:
    """What staff look for behind the counter and is not there is one thing of many: the frame around it stays."""
    user = g.get("user")
    return status == STATUS[NotFound] and request.path.startswith("/admin/") and user is not None and user.is_staff


def _alone(status: int, message: str) -> str:
    try:
        return render_alone("errors/500.html", status=status, message=message)
    except Exception:
        log.exception("error page failed", status=status)
        return BARE.format(status=status, message=escape(message))


def _is_away(error: Exception) -> bool:
    """The database is not there, or cannot just now: full, shutting down, out of places, or too slow."""
    if isinstance(error, PoolTimeout | InterfaceError) or getattr(error, "connection_invalidated", False):
        return True
    state = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
    return state[:2] in PASSING_CLASSES or state == LOCK_NOT_AVAILABLE


def _stand_alone(status: int, error: Exception) -> Response:
    log.error("request failed", path=path_for_log(), exc_info=error)
    message = MESSAGES[status]
    if _wants_json():
        response = jsonify({"error": "Unavailable" if status == 503 else "500", "message": message})  # noqa: PLR2004
        response.status_code = status
    else:
        response = Response(_alone(status, message), status, mimetype="text/html")
    if status == 503:  # noqa: PLR2004
        response.headers["Retry-After"] = str(Unavailable.wait)
    return response


def _wants_json() -> bool:
    accepted = request.accept_mimetypes
    return request.path.startswith("/internal/") or (
        accepted.best_match(["text/html", "application/json"], "text/html") == "application/json"
    )
