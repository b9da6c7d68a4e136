"""One request, one transaction, one id in the log; and the headers that every answer carries."""

import time
from urllib.parse import urlsplit

import structlog
from quart import Quart, Response, g, request

from shared.browser.app.csrf import SAFE
from shared.config import Settings
from shared.db.session import open_session
from shared.log_config.setup import request_id
from shared.utils import random_token

log = structlog.get_logger("requests")


def use_request_log(app: Quart) -> None:
    @app.before_request
    async def start() -> None:
        g.started = time.perf_counter()
        request_id.set(random_token(9))

    @app.after_request
    async def note(response: Response) -> Response:
        if not request.path.startswith(("/static/", "/healthz")):
            log.info(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                ms=round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
            )
        response.headers["X-Request-Id"] = request_id.get() or ""
        return response


def use_transaction(app: Quart) -> None:
    """`g.session`: nothing happens until it is used. GET reads outside a transaction and cannot write."""

    @app.before_request
    async def open_one() -> None:
        g.session = open_session(read_only=request.method in SAFE)

    @app.after_request
    async def commit_or_roll_back(response: Response) -> Response:
        # A refusal before the session was opened is still an answer.
        if (session := g.get("session")) is None:
            return response
        if response.status_code < 400:  # noqa: PLR2004
            await session.commit()
        else:
            await session.rollback()
        return response

    @app.teardown_request
    async def close(_: BaseException | None) -> None:
        if (session := g.pop("session", None)) is not None:
            await session.close()


def content_policy(settings: Settings, *, styles: str = "'self'") -> str:
    """The Content-Security-Policy. `styles` is for the one page whose editor makes style sheets of its own."""
    ours = " ".join(sorted(settings.apps.model_dump().values()))
    pay = f" {_origin(settings.sumup.base_url)}" if settings.sumup else ""
    return (
        f"default-src 'none'; script-src 'self'; style-src {styles}; img-src 'self' data: {ours}; font-src 'self'; "
        f"connect-src 'self'; media-src 'self' {ours}; frame-src https:; manifest-src 'self'; "
        f"form-action 'self' {ours}{pay} https://*.sumup.com; base-uri 'none'; frame-ancestors 'none'"
    )


def use_security_headers(app: Quart, settings: Settings) -> None:
    policy = content_policy(settings)

    @app.after_request
    async def secure(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
        headers.setdefault("Cache-Control", "no-store")
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(self), geolocation=(), microphone=()"
        if settings.secure:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        return response


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
