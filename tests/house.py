"""The four apps in one process, and browsers without JavaScript to visit them."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from quart import Quart
from sqlalchemy.ext.asyncio import AsyncEngine

from blog.services import grants
from shared.config import Settings
from shared.db.session import create_engine, transaction, use_engine
from shared.events.processor import EventProcessor
from shared.events.testing import wait_until_quiet
from shared.infrastructure.internal_api import InternalApi
from shared.infrastructure.keep_alive import Answer, Question
from shared.infrastructure.user_loader import cookie_name
from shared.models import Right, Role, User
from shared.utils import tls_context
from tests.cookies import check_cookies

APPS = ("blog", "market", "cart", "events")
ORIGINS = {name: f"http://localhost:{8000 + place}" for place, name in enumerate(APPS)}


def settings_for(database_url: str, *, home: Path, **changes: Any) -> Settings:
    values: dict[str, Any] = {
        "site": {
            "name": "Rose Ash",
            "email": "hello@roseash.example",
            "currency": "GBP",
            "zone": "Europe/London",
        },
        "apps": ORIGINS,
        "internal_apps": ORIGINS,
        "database_url": database_url,
        "secret_key": "s" * 32,
        "internal_key": "i" * 32,
        "home": home,
    }
    return Settings.model_validate(values | changes)


class Between:
    """From one app to another in this process."""

    def __init__(self, apps: dict[str, Quart]) -> None:
        self.ways = {ORIGINS[name]: httpx.ASGITransport(app=app) for name, app in apps.items()}  # type: ignore[arg-type]

    async def ask(self, origin: str, question: Question, headers: Mapping[str, str]) -> Answer:
        url = httpx.URL(origin, path=question.path, query=question.query.encode() or None)
        request = httpx.Request(question.method, url, headers=dict(headers), content=question.body)
        try:
            response = await self.ways[origin].handle_async_request(request)
            return Answer(response.status_code, await response.aread())
        except httpx.HTTPError as error:
            raise ConnectionError from error

    async def aclose(self) -> None:
        """Nothing was opened."""


class House:
    """`client()` is a browser; `deliver()` lets every domain event reach its handlers."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.origins: dict[str, str] = settings.apps.model_dump()
        self.deliver_twice = False
        self.apps: dict[str, Quart] = {name: import_module(f"{name}.app").create_app(settings) for name in APPS}
        self.engine: AsyncEngine = create_engine(settings.database_url)
        use_engine(self.engine)
        self.clients: list[httpx.AsyncClient] = []
        for name, app in self.apps.items():
            # The same HTTP, without a socket between.
            app.extensions["internal_api"] = InternalApi(name, settings, Between(self.apps))

    def _client(self, **options: Any) -> httpx.AsyncClient:
        mounts = {
            origin: httpx.ASGITransport(app=self.apps[name])  # type: ignore[arg-type]
            for name, origin in self.origins.items()
        }
        client = httpx.AsyncClient(
            mounts=mounts,
            base_url=self.origins["blog"],
            verify=tls_context(),
            trust_env=False,
            event_hooks={"response": [check_cookies]},
            **options,
        )
        self.clients.append(client)
        return client

    def client(self) -> httpx.AsyncClient:
        """A visitor's browser: keeps cookies across the apps, follows redirects, sends what browsers send."""
        return self._client(follow_redirects=True, headers={"Sec-Fetch-Site": "same-origin"})

    def stop(self, name: str) -> None:
        """The app no longer answers: connections to it are refused."""

        async def refuse(_scope: Any, _receive: Any, _send: Any) -> None:
            raise httpx.ConnectError("connection refused")

        self.apps[name].asgi_app = refuse  # type: ignore[method-assign]

    def hang(self, name: str) -> None:
        """The app takes every request and answers none."""

        async def be_silent(_scope: Any, _receive: Any, _send: Any) -> None:
            await asyncio.Event().wait()

        self.apps[name].asgi_app = be_silent  # type: ignore[method-assign]

    def url(self, app: str, path: str = "/") -> str:
        return f"{self.origins[app]}{path}"

    async def deliver(self) -> None:
        """Until nothing is left to do: what handlers emit is delivered too."""
        processors: list[EventProcessor] = [app.extensions["event_processor"] for app in self.apps.values()]
        for processor in processors:
            processor.twice = self.deliver_twice
        await wait_until_quiet(*processors)

    async def member(
        self, email: str = "ann@example.com", *, name: str = "Ann", admin: bool = False, rights: Sequence[Right] = ()
    ) -> User:
        """`admin` is short for the administrator's right."""
        async with transaction() as session:
            user = User(email=email, name=name)
            session.add(user)
            await session.flush()
            for right in (*rights, *([Right(Role.ADMINISTRATOR)] if admin else [])):
                await grants.give(session, user, right)
        return user

    async def signed_in(self, user: User) -> httpx.AsyncClient:
        """A browser of this member, signed in as the sign-in page does it."""
        client = self.client()
        token = await sign_in_token(user)
        client.cookies.set(cookie_name(self.settings), token, domain=self._cookie_domain())
        return client

    def _cookie_domain(self) -> str:
        """As a cookie jar has it, which does not believe in names without a dot."""
        host = urlsplit(self.origins["blog"]).hostname or ""
        if self.settings.cookie_domain:
            return f".{self.settings.cookie_domain}"
        return host if "." in host else f"{host}.local"

    async def aclose(self) -> None:
        for client in self.clients:
            await client.aclose()
        for app in self.apps.values():
            await app.extensions["event_processor"].aclose()
            await app.extensions["page_cache"].aclose()
            # What counts and remembers in this process alone has nothing to close.
            for name in ("limits", "nonces"):
                with contextlib.suppress(AttributeError):
                    await app.extensions[name].aclose()
        await self.engine.dispose()
        use_engine(None)


async def sign_in_token(user: User) -> str:
    from datetime import timedelta

    from shared.models import UserSession
    from shared.utils import hash_token, random_token, utcnow

    token = random_token(32)
    async with transaction() as session:
        session.add(
            UserSession(
                token_hash=hash_token(token),
                public_id=random_token(),
                user_id=user.id,
                second_factor_at=utcnow(),
                proved_at=utcnow(),
                expires_at=utcnow() + timedelta(days=1),
            )
        )
    return token
