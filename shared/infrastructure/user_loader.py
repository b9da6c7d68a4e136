"""Who is asking: the session behind the cookie, and the member behind the session."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from quart import Quart, Response, g, request
from sqlalchemy import ColumnElement, case, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.browser.app.csrf import APART, SAFE
from shared.browser.app.utils.cookies import set_cookie, shared_cookie
from shared.config import Settings
from shared.db.session import get_session, transaction
from shared.models import Grant, User, UserSession
from shared.utils import hash_token, random_token


@dataclass(frozen=True)
class Lifetime:
    idle: timedelta
    absolute: timedelta


MEMBER = Lifetime(idle=timedelta(days=14), absolute=timedelta(days=90))
STAFF = Lifetime(idle=timedelta(hours=12), absolute=timedelta(days=7))
STEP = timedelta(minutes=5)
TOKEN_LENGTH = 43  # of random_token(32)


def cookie_name(settings: Settings) -> str:
    return shared_cookie(settings, "sid")


def use_user_loader(app: Quart, settings: Settings) -> None:
    name = cookie_name(settings)

    @app.before_request
    async def load() -> None:
        g.user, g.visit = None, None
        token = request.cookies.get(name, "")
        if len(token) == TOKEN_LENGTH and not request.path.startswith(("/static/", *APART)):
            g.visit, g.user = await _find(token)

    @app.after_request
    async def send_cookie(response: Response) -> Response:
        token = g.get("new_token")
        if token is not None:
            set_cookie(response, settings, name, token, seconds=int(MEMBER.absolute.total_seconds()))
        return response


def still_open() -> ColumnElement[bool]:
    """Neither too old nor unused for too long, by the database's clock; staff are asked sooner."""
    is_staff = select(Grant.id).where(Grant.user_id == UserSession.user_id).exists()
    idle = case((is_staff, STAFF.idle), else_=MEMBER.idle)
    absolute = case((is_staff, STAFF.absolute), else_=MEMBER.absolute)
    now = func.now()
    return (
        (UserSession.expires_at > now) & (UserSession.used_at + idle > now) & (UserSession.created_at + absolute > now)
    )


async def _find(token: str) -> tuple[UserSession | None, User | None]:
    query = (
        select(UserSession, User, UserSession.used_at < func.now() - STEP)
        .outerjoin(User, User.id == UserSession.user_id)
        .where(UserSession.token_hash == hash_token(token), still_open())
    )
    if request.method in SAFE:
        row = (await g.session.execute(query)).one_or_none()
    else:
        # Not in the request's own transaction: that one opens only when the route needs it.
        async with get_session(read_only=True) as session:
            row = (await session.execute(query)).one_or_none()
    if row is None:
        return None, None
    visit, user, is_to_be_noted = row
    if is_to_be_noted:
        await _note_use(visit)
    return visit, user


async def _note_use(visit: UserSession) -> None:
    async with transaction() as session:
        await session.execute(update(UserSession).where(UserSession.id == visit.id).values(used_at=func.now()))


async def start_visit(
    session: AsyncSession, user: User | None = None, *, proved: bool = False, second_factor: bool = False
) -> UserSession:
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
        second_factor_at=func.now() if second_factor else None,
        proved_at=func.now() if proved else None,
        expires_at=func.now() + MEMBER.absolute,
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


async def list_visits(session: AsyncSession, user: User) -> Sequence[UserSession]:
    """Where this member is signed in just now, the latest first."""
    mine = select(UserSession).where(UserSession.user_id == user.id, still_open())
    return (await session.scalars(mine.order_by(UserSession.used_at.desc(), UserSession.id.desc()))).all()


async def end_visits(session: AsyncSession, user_id: int, *, only: str | None = None, but: int | None = None) -> int:
    """Signs a member out: in one browser by its `public_id`, in all `but` one, or everywhere. How many there were.

    Nothing else does.
    """
    ended = delete(UserSession).where(UserSession.user_id == user_id)
    if only is not None:
        ended = ended.where(UserSession.public_id == only)
    if but is not None:
        ended = ended.where(UserSession.id != but)
    return len((await session.scalars(ended.returning(UserSession.id))).all())


async def forget_old_visits(session: AsyncSession, user_id: int) -> None:
    """What is over by the clock, before a member's limits become longer: else it would go on."""
    await session.execute(delete(UserSession).where(UserSession.user_id == user_id, ~still_open()))


async def forget_closed_visits(session: AsyncSession, *, at_once: int = 1000) -> None:
    """What nobody can come in with any more, members' and visitors', with their browsers' names; some of it each time.

    A visitor's basket cannot be reached without its session: while that is in use, it is open.
    """
    over = select(UserSession.id).where(~still_open()).limit(at_once).with_for_update(skip_locked=True)
    await session.execute(delete(UserSession).where(UserSession.id.in_(over)))


async def doubt_visits(session: AsyncSession, user_id: int) -> None:
    """What was proved before a role or a second factor came or went is not enough from now on, in any browser.

    Who proves it anew gets a new cookie (ASVS 7.2.4), so that the one from before never has the new rights.
    """
    unproved = {"proved_at": None, "second_factor_at": None}
    await session.execute(update(UserSession).where(UserSession.user_id == user_id).values(unproved))
