"""Steps of signing in that several promises are about."""

import httpx
import pyotp
from sqlalchemy import select, text, update

from blog.models import Authenticator, Passkey
from blog.services import authenticators
from blog.services.sign_in import code_of, secret_of
from shared.db.session import get_session, transaction
from shared.models import MagicLink, User
from tests.fakes.passkey import SoftPasskey
from tests.house import House

SECURITY = "/account/security/"


async def ask(house: House, browser: httpx.AsyncClient, email: str) -> MagicLink:
    """What the mail that this browser asks for is made of."""
    await browser.post("/sign-in/", data={"email": email})
    async with get_session(read_only=True) as session:
        newest = select(MagicLink).where(MagicLink.email == email).order_by(MagicLink.id.desc()).limit(1)
        return (await session.scalars(newest)).one()


def path_of(house: House, link: MagicLink) -> str:
    return f"/sign-in/{secret_of(link, key=house.settings.secret_key)}/"


def digits_of(house: House, link: MagicLink) -> str:
    return code_of(link, key=house.settings.secret_key)


async def by_mail(house: House, user: User) -> httpx.AsyncClient:
    """A browser that has only the mailed link to show."""
    browser = house.client()
    link = await ask(house, browser, user.email)
    await browser.post(path_of(house, link))
    return browser


async def add_app(house: House, browser: httpx.AsyncClient, user: User) -> pyotp.TOTP:
    """The member's authenticator app, added on the page for it."""
    await browser.post("/account/security/authenticator/")
    app = pyotp.TOTP(await pending_secret(house, user))
    await browser.post("/account/security/authenticator/confirm/", data={"code": app.now()})
    return app


async def pending_secret(house: House, user: User) -> str:
    async with get_session(read_only=True) as session:
        secret = await authenticators.pending_secret(session, user, keys=house.settings.secret_keys)
    assert secret is not None
    return secret


async def half_a_minute_later() -> None:
    """The digits that were shown are over; no clock has to move for it."""
    async with transaction() as session:
        await session.execute(update(Authenticator).values(last_step=0))


async def who(browser: httpx.AsyncClient) -> str | None:
    """The address of whoever this browser is signed in as."""
    page = await browser.get("/account/")
    if page.url.path.startswith("/sign-in/"):
        return None
    return next(word for word in page.text.replace("<", " ").replace(">", " ").split() if word.endswith("@example.com"))


async def is_let_in(browser: httpx.AsyncClient) -> bool:
    """To the desk of those who have a role."""
    page = await browser.get("/admin/", follow_redirects=False)
    return page.status_code == httpx.codes.OK


def codes_on(page: httpx.Response) -> list[str]:
    """The recovery codes that a page shows."""
    words = page.text.replace("<", " ").replace(">", " ").split()
    return [word for word in words if len(word) == 14 and word.count("-") == 2]


async def add_passkey(browser: httpx.AsyncClient, device: SoftPasskey) -> httpx.Response:
    options = (await browser.post(f"{SECURITY}passkeys/options/")).json()
    return await browser.post(f"{SECURITY}passkeys/", data={"credential": device.create(options), "name": "Telephone"})


async def state_of(user: User) -> tuple[list[int], bytes | None, list[int]]:
    """What the database holds of a member's second factors."""
    async with get_session(read_only=True) as session:
        keys = await session.scalars(select(Passkey.id).where(Passkey.user_id == user.id))
        secret = await session.scalar(select(Authenticator.sealed_secret).where(Authenticator.user_id == user.id))
        codes = await session.scalars(text("SELECT id FROM recovery_codes WHERE user_id = :user"), {"user": user.id})
        return list(keys), secret, list(codes)
