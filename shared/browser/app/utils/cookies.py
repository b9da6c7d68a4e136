"""The names and flags of our cookies: as strict as the site's addresses allow."""

from quart import Response

from shared.config import Settings

# The page's own script reads it: whether somebody is signed in, and how much is in the basket.
READABLE = "hint"


def shared_cookie(settings: Settings, name: str) -> str:
    """The name of a cookie that all four apps see: on one host, on sibling sub-domains, or on plain http."""
    if not settings.secure:
        return name
    return f"__Secure-{name}" if settings.cookie_domain else f"__Host-{name}"


def own_cookie(settings: Settings, name: str) -> str:
    """The name of a cookie that only this host sees."""
    return f"__Host-{name}" if settings.secure else name


def set_cookie(response: Response, settings: Settings, name: str, value: str, *, seconds: int) -> None:
    """`name` as one of the two above gave it. An empty value takes the cookie away."""
    response.set_cookie(
        name,
        value,
        max_age=seconds if value else 0,
        domain=settings.cookie_domain if name.startswith("__Secure-") else None,
        secure=settings.secure,
        httponly=not name.endswith(READABLE),
        samesite="Lax",
    )
