from quart import Quart, request

from shared.events import trace


def use_tracing(app: Quart) -> None:
    """Every request has a trace (W3C), in its log lines and on the facts it emits; handlers go on with it."""

    @app.before_request
    async def begin() -> None:
        trace.begin(request.headers.get("traceparent"))
