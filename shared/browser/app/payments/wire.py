"""Requests to SumUp: patience, one second try for questions, and what is never logged: bodies, cards, people."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import httpx
import structlog

from shared.browser.app.payments.refusals import PaymentsUnavailable, PaymentsUnreachable
from shared.browser.app.payments.replies import ErrorBody
from shared.utils import tls_context

log = structlog.get_logger("payments")

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 10.0
ANSWERS = frozenset({200, 201, 204, 400, 404, 409, 422})
"""What a caller can act on. Everything else is a service that cannot serve us now, or a key that is not valid."""


class Wire:
    def __init__(self, api_key: str, base_url: str, client: httpx.AsyncClient | None) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {api_key}", "Accept": "application/problem+json, application/json"}
        self._client = client or httpx.AsyncClient(
            timeout=httpx.Timeout(TOTAL_SECONDS, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=20, max_keepalive_connections=5),
            verify=tls_context(),
            trust_env=False,
        )

    async def ask(self, path: str, **params: str) -> httpx.Response:
        """A question harms nobody if it is asked twice."""
        async with _patience():
            try:
                return await self._once("GET", path, params=params)
            except PaymentsUnavailable:
                await asyncio.sleep(random.uniform(0.1, 0.4))
                return await self._once("GET", path, params=params)

    async def tell(self, method: str, path: str, json: Any = None) -> httpx.Response:
        async with _patience():
            return await self._once(method, path, json=json)

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _once(self, method: str, path: str, **content: Any) -> httpx.Response:
        try:
            response = await self._client.request(
                method, f"{self._base_url}{path}", headers=self._headers, follow_redirects=False, **content
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise PaymentsUnreachable from error
        except httpx.HTTPError as error:
            raise PaymentsUnavailable from error
        if response.status_code not in ANSWERS:
            log.error("sumup_unusable", status=response.status_code, code=ErrorBody.code(response.content))
            raise PaymentsUnavailable
        return response


@asynccontextmanager
async def _patience() -> AsyncIterator[None]:
    """For the whole call, a second try included: somebody is looking at a page meanwhile."""
    try:
        async with asyncio.timeout(TOTAL_SECONDS):
            yield
    except TimeoutError as error:
        raise PaymentsUnavailable from error


def segment(text: str) -> str:
    """One step of a path: an id from outside can neither leave its place nor add a query."""
    return "-" if text in ("", ".", "..") else quote(text, safe="")
