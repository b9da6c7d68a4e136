"""Who may come here. Whether this member may do this to that is for the services to say, by the Reach given."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast
from urllib.parse import quote

from quart import current_app, g, redirect, request

from shared.browser.app.csrf import SAFE
from shared.browser.app.utils.paths import safe_next
from shared.browser.app.utils.settings import current_settings
from shared.errors import Forbidden
from shared.models.grant import Reach, Role
from shared.utils import host_url

P = ParamSpec("P")
R = TypeVar("R")
Route = Callable[P, Awaitable[R]]


def require_user(route: Route[P, R]) -> Route[P, R]:
    """Visitors are sent to sign in, and come back here afterwards."""

    @wraps(route)
    async def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if g.user is None:
            return cast("R", _to("/sign-in/"))
        return await route(*args, **kwargs)

    return guarded


def require_fresh(route: Route[P, R]) -> Route[P, R]:
    """Signed in, and proved to be that member within the last minutes: before what would hurt in wrong hands."""

    @wraps(route)
    async def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if g.user is None:
            return cast("R", _to("/sign-in/"))
        if not g.visit.is_fresh:
            return cast("R", _to("/sign-in/again/"))
        return await route(*args, **kwargs)

    guarded.fresh = True  # type: ignore[attr-defined]
    return guarded


def require(*roles: Role, whole: bool = False) -> Callable[[Route[P, R]], Route[P, R]]:
    """Anybody who holds one of the roles somewhere (`whole`: for the whole site); administrators always.

    What is beyond their containers is not there for them: routes hand `reach_of(…)` to the service that loads it.
    """

    def decorate(route: Route[P, R]) -> Route[P, R]:
        @wraps(route)
        async def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if g.user is None:
                return cast("R", _to("/sign-in/"))
            reach = g.user.reach(*roles)
            if not (reach.whole if whole else reach):
                raise Forbidden
            if missing := _missing_proof():
                return cast("R", _to(missing))
            return await route(*args, **kwargs)

        guarded.required = roles, whole  # type: ignore[attr-defined]
        return guarded

    return decorate


def reach_of(*roles: Role) -> Reach:
    """How far the say of whoever is asking goes in these roles; nowhere for a visitor."""
    return g.user.reach(*roles) if g.user and not _missing_proof() else Reach()


def proving_page() -> str:
    """Where to prove who this is before a form of this page is filled, and back here; nothing when it was proved."""
    return "" if g.visit.is_fresh else _address("/sign-in/again/")


def _missing_proof() -> str | None:
    """Where staff prove who they are first: once in each session, and anew when their roles have changed."""
    if current_settings().features.staff_second_factor:
        return None if g.visit.second_factor_at else "/sign-in/second/"
    return None if g.visit.proved_at else "/sign-in/again/"


def _to(page: str) -> Any:
    """To the blog's page that asks who this is, and back here afterwards; a form's answer comes back to its page."""
    return redirect(_address(page), 303)


def _address(page: str) -> str:
    settings, sent = current_settings(), request.method not in SAFE
    here = host_url(settings, _app_name(), _page_of_form() if sent else request.full_path.rstrip("?"))
    if sent:
        here = safe_next(request.referrer, settings, default=here)
    # What was sent is not kept, so the page says that it has to be sent again.
    return host_url(settings, "blog", f"{page}?next={quote(here, safe='')}{'&unsent=1' if sent else ''}")


def _page_of_form() -> str:
    """The nearest page above: those with a secret in their address do not say that a form was theirs."""
    pages, path = current_app.url_map.bind(""), request.path
    while path != "/" and not pages.test(path, "GET"):
        path = f"{path.rstrip('/').rpartition('/')[0]}/"
    return path


def _app_name() -> Any:
    return current_app.extensions["app_name"]
