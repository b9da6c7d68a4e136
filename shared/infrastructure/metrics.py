"""`GET /metrics` for Prometheus, to whoever brings the token; for everybody else the address does not exist."""

import hmac
import time

from prometheus_client import CONTENT_TYPE_LATEST, Histogram, generate_latest
from quart import Quart, Response, abort, g, request

from shared.config import Settings
from shared.events.metrics import render_metrics, render_processors

SECONDS = Histogram(
    "rose_http_request_seconds",
    "How long answers took",
    ("method", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
_PROCESSORS = ("event_processor", "relay", "inbox")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE"})


def use_metrics(app: Quart, settings: Settings) -> None:
    @app.get("/metrics")
    async def metrics() -> Response:
        """This process's own, and what the database knows of the bus: that part is the same from every app."""
        if not _may_read(settings.metrics_token, request.headers.get("Authorization", "")):
            abort(404)
        processors = [app.extensions[name] for name in _PROCESSORS if name in app.extensions]
        parts = generate_latest(), render_processors(processors), await render_metrics(g.session)
        return Response(b"".join(parts), content_type=CONTENT_TYPE_LATEST)

    @app.after_request
    async def measure(response: Response) -> Response:
        method = request.method if request.method in _METHODS else "other"
        started = g.get("started")
        if started is not None:
            SECONDS.labels(method, response.status_code).observe(time.perf_counter() - started)
        return response


def _may_read(token: str | None, given: str) -> bool:
    return token is not None and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
