"""Cross-app questions: `await internal_api.get("cart", "/internal/cart/summary", params={…})`.

Every call is signed: HMAC-SHA256 over method, path, query, body, time, nonce, key id, caller and audience, each part
with its length before it, so that no two calls have the same bytes. Raises Unavailable when the other app
is down or too slow, and the other app's own refusal as the same family of error.
"""

import asyncio
import json as jsonlib
from typing import Any
from urllib.parse import urlencode

import httpx
from quart import Quart, current_app, g, has_request_context

from shared import errors
from shared.config import AppName, Settings
from shared.events import trace
from shared.infrastructure.keep_alive import KeepAlive
from shared.infrastructure.signatures import SharedNonces, Verifier, sign
from shared.utils import tls_context

TIMEOUT_SECONDS = 3.0


class OtherAppAway(errors.Unavailable):
    message = "A part of the site does not answer just now. Nothing is lost; please try again in a moment."


class OutboundInTransaction(RuntimeError):
    """A call to another app while a transaction is open would hold its locks for as long as the other app likes."""


class InternalApi:
    def __init__(self, caller: str, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.caller = caller
        self.settings = settings
        self.transport = transport or KeepAlive(tls_context())

    async def send(self, method: str, app: AppName, path: str, **options: Any) -> Any:
        body = b"" if options.get("json") is None else jsonlib.dumps(options["json"]).encode()
        query = urlencode(options.get("params") or {}, doseq=True)
        headers = sign(
            self.settings.internal_key,
            caller=self.caller,
            audience=app,
            message=(method, path, query, body),
        )
        if body:
            headers["Content-Type"] = "application/json"
        if span := trace.current():
            headers["traceparent"] = span
        url = f"{getattr(self.settings.internal_apps, app)}{path}{'?' + query if query else ''}"
        request = httpx.Request(method, url, content=body, headers=headers)
        try:
            async with asyncio.timeout(options.get("timeout") or TIMEOUT_SECONDS):
                response = await self._answer(request)
        except (httpx.HTTPError, TimeoutError) as error:
            raise OtherAppAway from error
        return _result(response)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        response = await self.transport.handle_async_request(request)
        try:
            await response.aread()
        finally:
            await response.aclose()
        return response


def use_internal_api(app: Quart, settings: Settings) -> None:
    api = InternalApi(app.extensions["app_name"], settings)
    app.extensions["internal_api"] = api
    app.after_serving(api.transport.aclose)
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


def _result(response: httpx.Response) -> Any:
    if response.status_code < 400:  # noqa: PLR2004
        return response.json() if response.content else None
    try:
        told = response.json()
    except ValueError:
        raise OtherAppAway from None
    family = getattr(errors, str(told.get("error")), None)
    if isinstance(family, type) and issubclass(family, errors.DomainError):
        raise family(told.get("message"), field=told.get("field"))
    raise OtherAppAway
