"""A house with somebody and something in every room, and every route of it with an address that exists."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncEngine
from werkzeug.routing import Rule

from blog.services.sign_in import secret_of
from shared.config import Settings
from shared.db import session as database
from shared.db.session import create_engine, get_session, transaction
from shared.infrastructure.user_loader import cookie_name, hash_token
from shared.models import MagicLink, UserSession
from tests.factories.blog import a_page, a_post, a_tag, an_author
from tests.factories.cart import a_placed_order
from tests.factories.events import a_calendar, a_ticket_type, an_entry
from tests.factories.market import a_category, a_marketplace, a_producer, a_product
from tests.house import APPS, House
from tests.security import world

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
# Every app has a page that fails.
BROKEN = "/t/broken/"
CANARY = "canary.ann@example.com"


@dataclass(frozen=True)
class Route:
    """One method of one address, with values that exist in its path."""

    app: str
    method: str
    rule: str
    path: str
    view: Any = field(repr=False, compare=False)
    endpoint: str = field(default="", repr=False, compare=False)

    @property
    def name(self) -> str:
        return f"{self.method} {self.app}{self.rule}"

    @property
    def is_internal(self) -> bool:
        return self.path.startswith("/internal/")

    @property
    def is_kept(self) -> bool:
        return hasattr(self.view, "page_policy")


class Town(House):
    values: dict[str, Any]
    ann: httpx.AsyncClient
    bob: httpx.AsyncClient

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.strict: list[AsyncEngine] = []
        for app in self.apps.values():
            app.add_url_rule(BROKEN, view_func=_break)

    async def settle(self) -> None:
        """Ann is a member, Bob runs the place; there is one of everything."""
        ann = await self.member(CANARY, name="Canary Ann")
        bob = await self.member("bob@example.com", name="Bob", admin=True)
        self.ann, self.bob = await self.signed_in(ann), await self.signed_in(bob)
        async with transaction() as session:
            post = await a_post(session)
            await a_page(session)
            tag, author = await a_tag(session, "Growing", post), await an_author(session, "Rowan Ash", post)
            stall, shelf = await a_marketplace(session, slug="stall"), await a_category(session, slug="bread")
            producer = await a_producer(session, slug="ada")
            product = await a_product(
                session, slug="rye", marketplace_id=stall.id, category_id=shelf.id, producer_id=producer.id
            )
            calendar = await a_calendar(session, slug="concerts")
            entry = await an_entry(session, calendar=calendar)
            kind = await a_ticket_type(session, entry=entry)
        order = await a_placed_order(email=CANARY, buyer="Canary Ann", user_id=ann.id)
        self.values = {
            "blog/post_id": post.id,
            "blog/section": "posts",
            "blog/slug": post.slug,
            "blog/tag/slug": tag.slug,
            "blog/author/slug": author.slug,
            "blog/author_id": author.id,
            "blog/tag_id": tag.id,
            "blog/member_id": ann.id,
            "blog/sign-in/token": await self._link(),
            "market/m/slug": stall.slug,
            "market/category": shelf.slug,
            "market/producers/slug": producer.slug,
            "market/products/slug": product.slug,
            "market/product_id": product.id,
            "cart/token": order.token,
            "events/slug": calendar.slug,
            "events/entries/slug": entry.slug,
            "events/entry_id": entry.id,
            "events/calendar_id": calendar.id,
            "events/type_id": kind.id,
            "year": entry.starts_at.year,
            "month": entry.starts_at.month,
        }

    async def _link(self) -> str:
        await self.client().post("/sign-in/", data={"email": "cy@example.com"})
        async with get_session(read_only=True) as session:
            link = await session.get(MagicLink, 1)
        assert link is not None
        return secret_of(link, key=self.settings.secret_key)

    def read_strictly(self) -> None:
        """Until the next test: whatever only reads has connections where PostgreSQL itself lets nothing be written."""
        strict = create_engine(self.settings.database_url)
        self.strict.append(strict)
        event.listen(strict.sync_engine, "connect", _refuse_writing)
        makers = database._sessions
        assert makers is not None
        makers[True] = database._makers(strict)[True]

    def routes(self, *methods: str) -> list[Route]:
        """Every route of every app: a new one is here as soon as it is registered."""
        return [route for app in APPS for route in self._routes(app) if not methods or route.method in methods]

    def _routes(self, name: str) -> Iterator[Route]:
        app = self.apps[name]
        for rule in app.url_map.iter_rules():
            if rule.rule == BROKEN:
                continue
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                view = app.view_functions[rule.endpoint]
                yield Route(name, method, rule.rule, self._path(name, rule), view, rule.endpoint)

    def _path(self, app: str, rule: Rule) -> str:
        place = rule.rule.strip("/").split("/")[0]
        values = {argument: self._value(app, place, argument) for argument in rule.arguments}
        built = rule.build(values, append_unknown=False)
        assert built is not None, rule.rule
        return quote(built[1], safe="/%-._~:@!$&'()*+,;=")

    def _value(self, app: str, place: str, argument: str) -> Any:
        """What exists, the most particular first; a new route of something new gets at least some value."""
        known = (f"{app}/{place}/{argument}", f"{app}/{argument}", argument)
        anything = 1 if argument.endswith("id") else "x"
        return next((self.values[key] for key in known if key in self.values), anything)

    async def ask(self, browser: httpx.AsyncClient, route: Route, **more: Any) -> httpx.Response:
        return await browser.request(route.method, self.url(route.app, route.path), follow_redirects=False, **more)

    async def aclose(self) -> None:
        for engine in self.strict:
            await engine.dispose()
        for app in self.apps.values():
            await app.extensions["limits"].aclose()
            await app.extensions["nonces"].aclose()
        await super().aclose()

    async def everything(self) -> dict[str, str]:
        """A fingerprint of every table; that a session was in use is bookkeeping, and looked at by itself."""
        return await world.everything()

    async def sessions_of(self, *browsers: httpx.AsyncClient) -> set[int]:
        name = cookie_name(self.settings)
        hashes = [hash_token(browser.cookies[name]) for browser in browsers]
        async with get_session(read_only=True) as session:
            return set(await session.scalars(select(UserSession.id).where(UserSession.token_hash.in_(hashes))))

    async def last_uses(self) -> dict[int, datetime]:
        """When each session was in use, as far as it was noted."""
        async with get_session(read_only=True) as session:
            return {row.id: row.used_at for row in await session.execute(select(UserSession.id, UserSession.used_at))}


async def _break() -> str:
    raise ZeroDivisionError


def _refuse_writing(connection: Any, _: object) -> None:
    connection.cursor().execute("SET default_transaction_read_only = on")
    connection.commit()
