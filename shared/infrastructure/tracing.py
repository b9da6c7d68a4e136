import re

from quart import Quart, request

from shared.events import trace

_VALID = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def use_tracing(app: Quart) -> None:
    """Every request has a trace (W3C), in its log lines and on the facts it emits; handlers go on with it."""

    @app.before_request
    async def begin() -> None:
        given = request.headers.get("traceparent", "")
        trace.begin(given if _VALID.fullmatch(given) else None)
