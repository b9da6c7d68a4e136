"""The ways in, as browsers take them; and a clock for the database, so that nobody has to wait."""

import time
from typing import Any

import httpx
import pyotp
from sqlalchemy import func, select, text, update

from blog.models import Authenticator, EmailChange, EmailUndo, Passkey
from blog.services import authenticators, email_undos, emails, grants
from shared.browser.app.limits import OwnCounter
from shared.db.session import get_session, transaction
from shared.models import MagicLink, Right, Role, User, UserSession
from shared.utils import hash_token
from tests.house import House
from tests.security import visits
from tests.security.gatekeeper import AGAIN, IN, REFUSED, SECOND, SIGN_IN, Gatekeeper
from tests.security.people import Browser, Person

TIMES = {
    "user_sessions": ("created_at", "used_at", "proved_at", "second_factor_at", "expires_at"),
    "magic_links": ("expires_at",),
    "passkey_challenges": ("expires_at",),
    "email_changes": ("expires_at",),
    "email_undos": ("expires_at",),
}


class Doors:
    """Every request is told to the gatekeeper: who looks in is seen there."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.thief = house.client()
        self.keeper = Gatekeeper([], [])

    async def get(self, browser: Browser, path: str) -> httpx.Response:
        return await self._send(browser, "GET", path)

    async def post(self, browser: Browser, path: str, **fields: str) -> httpx.Response:
        return await self._send(browser, "POST", path, data=fields)

    async def forge(self, browser: Browser, path: str) -> httpx.Response:
        """A form of another site, sent by this browser."""
        return await browser.client.post(path, headers={"Sec-Fetch-Site": "cross-site"}, follow_redirects=False)

    async def _send(self, browser: Browser, method: str, path: str, **more: Any) -> httpx.Response:
        """Limits have tests of their own; here they would only end the walk early."""
        self.house.apps["blog"].extensions["limits"] = OwnCounter()
        self.keeper.note_use(browser)
        answer = await browser.client.request(method, path, follow_redirects=False, **more)
        assert answer.status_code < 500, f"{method} {path}: {answer.status_code}"
        return answer

    async def seen(self, cookie: str) -> bool:
        """Whether anybody is signed in with it."""
        self.thief.cookies.clear()
        self.thief.cookies.set("sid", cookie, domain="localhost.local")
        return place_of(await self.thief.get("/account/erasure/", follow_redirects=False)) != SIGN_IN

    async def look(self, browser: Browser) -> tuple[str | None, str, str]:
        """Who this is, and how far they get: to what hurts in wrong hands, and to the desk of staff."""
        fresh = place_of(await self.get(browser, "/account/erasure/"))
        desk = place_of(await self.get(browser, "/admin/"))
        page = await self.get(browser, "/sign-in/") if fresh != SIGN_IN else None
        found = page and page.text.partition('name="email"')[2].partition('value="')[2].partition('"')[0]
        return found or None, fresh, desk

    async def ask(self, browser: Browser, email: str) -> MagicLink:
        await self.post(browser, "/sign-in/", email=email)
        async with get_session(read_only=True) as session:
            newest = select(MagicLink).order_by(MagicLink.id.desc()).limit(1)
            return (await session.scalars(newest)).one()

    async def passkey_id(self, person: Person) -> int:
        """1,000,000 while it is nobody's."""
        async with get_session(read_only=True) as session:
            mine = select(Passkey.id).where(Passkey.credential_id == person.device.credential_id)
            return await session.scalar(mine) or 10**6

    async def user(self, person: Person) -> User:
        async with get_session(read_only=True) as session:
            return (await session.scalars(select(User).where(User.email == person.email))).one()

    async def public_id(self, browser: Browser) -> str:
        """Under which its owner sees this browser in the list."""
        async with get_session(read_only=True) as session:
            mine = select(UserSession.public_id).where(UserSession.token_hash == hash_token(browser.cookie))
            return await session.scalar(mine) or "nobodys"

    async def pending_app(self, person: Person) -> pyotp.TOTP:
        return pyotp.TOTP(await visits.pending_secret(self.house, await self.user(person)))

    async def change_path(self) -> str:
        """What stands in the newest mail to a new address."""
        async with get_session(read_only=True) as session:
            change = (await session.scalars(select(EmailChange).order_by(EmailChange.id.desc()).limit(1))).one()
        return f"/account/email/{emails.secret_of(change, key=self.house.settings.secret_key)}/"

    async def undo_path(self) -> str:
        async with get_session(read_only=True) as session:
            undo = (await session.scalars(select(EmailUndo).order_by(EmailUndo.id.desc()).limit(1))).one()
        return f"/account/email/undo/{email_undos.secret_of(undo, key=self.house.settings.secret_key)}/"

    async def set_role(self, person: Person, role: str, *, held: bool) -> None:
        """By an administrator who sits somewhere else."""
        async with transaction() as session:
            member = (await session.scalars(select(User).where(User.email == person.email))).one()
            await (grants.give if held else grants.take)(session, member, Right(Role(role)))

    async def move_clocks(self, seconds: int) -> None:
        async with transaction() as session:
            for table, columns in TIMES.items():
                earlier = ", ".join(f"{column} = {column} - interval '{seconds} seconds'" for column in columns)
                await session.execute(text(f"UPDATE {table} SET {earlier}"))
            await session.execute(update(Authenticator).values(last_step=Authenticator.last_step - seconds // 30))

    async def keep_in_use(self, cookies: list[str]) -> None:
        """Somebody looked in again and again, meanwhile."""
        async with transaction() as session:
            mine = UserSession.token_hash.in_([hash_token(cookie) for cookie in cookies])
            await session.execute(update(UserSession).where(mine).values(used_at=func.now()))

    async def move_in(self, people: list[Person]) -> None:
        """An empty house, then these people with what they have."""
        async with transaction() as session:
            for table in ("users", "user_sessions", "magic_links", "passkey_challenges", "domain_events"):
                await session.execute(text(f"DELETE FROM {table}"))
        for person in people:
            roles = [Right(Role(role)) for role in person.roles]
            user = await self.house.member(person.email, name="", rights=roles)
            async with transaction() as session:
                if person.has_passkey:
                    session.add(_row(user, person))
                if person.app:
                    session.add(self._sealed(user, person.app))

    def _sealed(self, user: User, app: pyotp.TOTP) -> Authenticator:
        sealed = authenticators._box(self.house.settings.secret_keys).encrypt(app.secret.encode())
        return Authenticator(user_id=user.id, sealed_secret=sealed, confirmed_at=func.now())


def place_of(answer: httpx.Response) -> str:
    """To where a guard sends; nothing when it lets in."""
    if answer.status_code == httpx.codes.FORBIDDEN:
        return REFUSED
    place = answer.headers.get("location", "").partition("?")[0].partition(":8000")[2]
    return place if place in {SIGN_IN, SECOND, AGAIN} else IN


def half_minute() -> int:
    return int(time.time() // 30)


def _row(user: User, person: Person) -> Passkey:
    person.counted = person.device.counter = 1
    credential, key = person.device.credential_id, person.device._public_key()
    return Passkey(user_id=user.id, credential_id=credential, public_key=key, sign_count=1, name="Telephone")
