"""What every answer says to the browser about how far it may be trusted."""

from urllib.parse import urlsplit

from quart import Quart, Response, request

from shared.config import Settings
from shared.editor.cleaning import EMBED_HOSTS

YEAR_SECONDS = 31_536_000
# What pages may ask of a device: the camera, for the scanner at the door; nothing else.
PERMISSIONS = (
    "camera=(self), geolocation=(), microphone=(), payment=(), usb=(), serial=(), hid=(), midi=(), "
    "accelerometer=(), gyroscope=(), magnetometer=(), display-capture=(), browsing-topics=()"
)
# Only what htmx gets from us becomes HTML in a page (js/htmx.js); nothing that a script puts together does.
TRUST = "; require-trusted-types-for 'script'; trusted-types htmx"
# Pictures, style sheets and scripts: the same for everyone, and each of the four origins shows the others'.
FOR_ALL_ORIGINS = ("/static/", "/media/")


def content_policy(settings: Settings, *, editor: bool = False) -> str:
    """The Content-Security-Policy. The editor makes style sheets and HTML of its own; no other page may."""
    styles, trust = ("'self' 'unsafe-inline'", "") if editor else ("'self'", TRUST)
    ours = " ".join(sorted(set(settings.apps.model_dump().values())))
    pay = f" {_origin(settings.sumup.base_url)}" if settings.sumup else ""
    players = " ".join(f"https://{host}" for host in sorted(EMBED_HOSTS))
    return (
        f"default-src 'none'; script-src 'self'; style-src {styles}; img-src 'self' data: {ours}; font-src 'self'; "
        f"connect-src 'self'; media-src 'self' {ours}; frame-src {players}; manifest-src 'self'; object-src 'none'; "
        f"form-action 'self' {ours}{pay} https://*.sumup.com; base-uri 'none'; frame-ancestors 'none'{trust}"
    )


def fixed_headers(settings: Settings) -> dict[str, str]:
    """The same on every answer; no route says otherwise."""
    always = {
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": PERMISSIONS,
    }
    if settings.secure:
        always["Strict-Transport-Security"] = f"max-age={YEAR_SECONDS}; includeSubDomains"
    return always


def usual_headers(settings: Settings) -> dict[str, str]:
    """Unless the route says otherwise."""
    return {
        "Content-Security-Policy": content_policy(settings),
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Cache-Control": "private, no-store",
    }


def use_security_headers(app: Quart, settings: Settings) -> None:
    always, usual = fixed_headers(settings), usual_headers(settings)

    @app.after_request
    async def secure(response: Response) -> Response:
        if request.path.startswith(FOR_ALL_ORIGINS):
            response.headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin")
        if "token" in (request.view_args or {}):
            # The secret is in the address, so no other site is told it, and no search engine.
            response.headers.setdefault("Referrer-Policy", "no-referrer")
            response.headers.setdefault("X-Robots-Tag", "noindex")
        for name, value in usual.items():
            response.headers.setdefault(name, value)
        response.headers.update(always)
        return response


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
