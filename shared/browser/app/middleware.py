"""One request, one transaction, one id in the log."""

import time

import structlog
from quart import Quart, Response, g, request

from shared.browser.app.csrf import SAFE
from shared.browser.app.utils.paths import path_for_log
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
                path=path_for_log(),
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
        # A refusal before the session was opened is still an answer; what only read has nothing to commit.
        if (session := g.get("session")) is None or request.method in SAFE:
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
