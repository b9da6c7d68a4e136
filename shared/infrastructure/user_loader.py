"""Who is asking: the session behind the cookie, and the member behind the session."""

import hashlib
from datetime import timedelta

from quart import Quart, Response, g, request
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.browser.app.csrf import SAFE
from shared.config import Settings
from shared.db.session import get_session
from shared.models import User, UserSession
from shared.utils import random_token, utcnow

MEMBER = timedelta(days=90)


def cookie_name(settings: Settings) -> str:
    return "__Host-sid" if settings.secure and _one_host(settings) else "sid"


def _one_host(settings: Settings) -> bool:
    return len(set(settings.apps.model_dump().values())) == 1


def hash_token(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def use_user_loader(app: Quart, settings: Settings) -> None:
    name = cookie_name(settings)

    @app.before_request
    async def load() -> None:
        g.user, g.visit = None, None
        token = request.cookies.get(name)
        if token and not request.path.startswith(("/static/", "/internal/")):
            g.visit, g.user = await _find(token)

    @app.after_request
    async def send_cookie(response: Response) -> Response:
        token = g.get("new_token")
        if token is not None:
            response.set_cookie(
                name,
                token,
                max_age=int(MEMBER.total_seconds()) if token else 0,
                secure=settings.secure,
                httponly=True,
                samesite="Lax",
            )
        return response


async def _find(token: str) -> tuple[UserSession | None, User | None]:
    query = (
        select(UserSession, User)
        .outerjoin(User, User.id == UserSession.user_id)
        .where(UserSession.token_hash == hash_token(token), UserSession.expires_at > func.now())
    )
    if request.method in SAFE:
        row = (await g.session.execute(query)).one_or_none()
    else:
        # Not in the request's own transaction: that one opens only when the route needs it.
        async with get_session(read_only=True) as session:
            row = (await session.execute(query)).one_or_none()
    return (row[0], row[1]) if row else (None, None)


async def start_visit(session: AsyncSession, user: User | None = None) -> UserSession:
    """A new session with a new cookie. What the visitor had so far moves over.

    Signing in always comes through here, so that a cookie from before is worth nothing afterwards.
    """
    token = random_token(32)
    old: UserSession | None = g.visit
    if old is not None:
        await session.execute(delete(UserSession).where(UserSession.id == old.id))
    visit = UserSession(
        token_hash=hash_token(token),
        public_id=old.public_id if old else random_token(),
        user_id=user.id if user else None,
        user_agent=request.headers.get("User-Agent", "")[:200],
        expires_at=utcnow() + MEMBER,
    )
    session.add(visit)
    await session.flush()
    g.visit, g.user, g.new_token = visit, user, token
    return visit


async def end_visit(session: AsyncSession) -> None:
    """Signed out: the session is gone from the database, so the cookie is worth nothing anywhere."""
    if g.visit is not None:
        await session.execute(delete(UserSession).where(UserSession.id == g.visit.id))
    g.visit, g.user, g.new_token = None, None, ""
