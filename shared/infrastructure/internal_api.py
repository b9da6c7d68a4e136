"""Cross-app questions: `await internal_api.get("cart", "/internal/cart/summary", params={…})`.

Every call is signed: HMAC-SHA256 over method, path, query, body, time, nonce, key id, caller and audience, each part
with its length before it, so that no two calls have the same bytes. Raises Unavailable when the other app
is down or too slow, and the other app's own refusal as the same family of error.
"""

import asyncio
import json as jsonlib
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlencode

from quart import Quart, current_app, g, has_request_context

from shared import errors
from shared.breaker import Away, Breaker
from shared.config import AppName, Settings
from shared.events import trace
from shared.infrastructure.keep_alive import Answer, KeepAlive, Question
from shared.infrastructure.signatures import SharedNonces, Verifier, sign
from shared.utils import tls_context

TIMEOUT_SECONDS = 3.0
# One slow answer is no outage.
MOST_IN_VAIN = 3


class OtherAppAway(errors.Unavailable):
    message = "A part of the site does not answer just now. Nothing is lost; please try again in a moment."


class OutboundInTransaction(RuntimeError):
    """A call to another app while a transaction is open would hold its locks for as long as the other app likes."""


class Way(Protocol):
    """How a question gets to an app: over the wire, or, in tests, within this process."""

    async def ask(self, origin: str, question: Question, headers: Mapping[str, str]) -> Answer:
        """Raises OSError."""
        ...

    async def aclose(self) -> None: ...


class InternalApi:
    def __init__(self, caller: str, settings: Settings, way: Way | None = None) -> None:
        self.caller = caller
        self.settings = settings
        self.way = way or KeepAlive(tls_context())
        # What was too slow for a badge, which waits 0.3 seconds, says nothing to those who wait for three.
        self.breakers: dict[tuple[AppName, float], Breaker] = {}

    async def send(self, method: str, app: AppName, path: str, **options: Any) -> Any:
        body = b"" if options.get("json") is None else jsonlib.dumps(options["json"]).encode()
        question = Question(method, path, urlencode(options.get("params") or {}, doseq=True), body)
        patience = options.get("timeout") or TIMEOUT_SECONDS

        async def ask() -> Answer:
            async with asyncio.timeout(patience):
                origin = getattr(self.settings.internal_apps, app)
                return await self.way.ask(origin, question, self._headers(app, question))

        try:
            # What changes something is somebody's purchase: it is tried, whatever others have just met.
            answer = await (self._breaker(app, patience).ask(ask) if method == "GET" else ask())
        except (Away, OSError) as error:  # TimeoutError is one
            raise OtherAppAway from error
        return _result(answer)

    def _breaker(self, app: AppName, patience: float) -> Breaker:
        if (app, patience) not in self.breakers:
            self.breakers[app, patience] = Breaker(app, faults=(OSError,), most=MOST_IN_VAIN)
        return self.breakers[app, patience]

    def _headers(self, app: AppName, question: Question) -> dict[str, str]:
        message = (question.method, question.path, question.query, question.body)
        headers = sign(self.settings.internal_key, caller=self.caller, audience=app, message=message)
        if question.body:
            headers["Content-Type"] = "application/json"
        if span := trace.current():
            headers["traceparent"] = span
        return headers


def use_internal_api(app: Quart, settings: Settings) -> None:
    api = InternalApi(app.extensions["app_name"], settings)
    app.extensions["internal_api"] = api
    app.after_serving(api.way.aclose)
    _use_verifier(app, settings)


def _use_verifier(app: Quart, settings: Settings) -> None:
    keys = [key for key in (settings.internal_key, settings.internal_key_before) if key]
    nonces = SharedNonces(settings.redis_url) if settings.redis_url else None
    app.extensions.update(verifier=Verifier(keys, audience=app.extensions["app_name"]), nonces=nonces)
    if nonces is not None:
        app.after_serving(nonces.aclose)


async def get(app: AppName, path: str, **options: Any) -> Any:
    return await _send("GET", app, path, options)


async def post(app: AppName, path: str, **options: Any) -> Any:
    return await _send("POST", app, path, options)


async def put(app: AppName, path: str, **options: Any) -> Any:
    return await _send("PUT", app, path, options)


async def delete(app: AppName, path: str, **options: Any) -> Any:
    return await _send("DELETE", app, path, options)


async def _send(method: str, app: AppName, path: str, options: dict[str, Any]) -> Any:
    if has_request_context() and (session := g.get("session")) is not None:
        reading = session.sync_session.info.get("read_only")
        if session.in_transaction() and not reading:
            raise OutboundInTransaction(f"{method} {path}")
    api: InternalApi = current_app.extensions["internal_api"]
    return await api.send(method, app, path, **options)


def _result(answer: Answer) -> Any:
    if answer.status < 400:  # noqa: PLR2004
        return jsonlib.loads(answer.body) if answer.body else None
    try:
        told = jsonlib.loads(answer.body)
    except ValueError:
        raise OtherAppAway from None
    family = getattr(errors, str(told.get("error")), None)
    if isinstance(family, type) and issubclass(family, errors.DomainError):
        raise family(told.get("message"), field=told.get("field"))
    raise OtherAppAway
