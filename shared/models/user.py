from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, false, func, inspect, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, column_property, mapped_column

from shared.db.base import Base, created, pk
from shared.models.grant import Grant, Reach, Right, Role

FRESH = timedelta(minutes=15)


class User(Base):
    """A person with an e-mail address. There are no passwords."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)

    id: Mapped[pk]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    note: Mapped[str | None]
    ghost_id: Mapped[str | None] = mapped_column(String(24), unique=True)
    created_at: Mapped[created]
    last_seen_at: Mapped[datetime | None]
    # Asked to be forgotten, then; signing in before calls it off.
    erase_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]

    @property
    def rights(self) -> tuple[Right, ...]:
        """As they were when the row was loaded; a member who was only just made has none."""
        rows = self.__dict__.get("held") or ()
        return tuple(Right(Role(role), (kind, place) if kind else None) for role, kind, place in rows)

    def reach(self, *roles: Role) -> Reach:
        """Where this member holds one of the roles. An administrator holds them all, everywhere."""
        found = [right.container for right in self.rights if right.role in {Role.ADMINISTRATOR, *roles}]
        return Reach(whole=None in found, containers=frozenset(place for place in found if place))

    @property
    def is_admin(self) -> bool:
        return bool(self.reach())

    @property
    def is_staff(self) -> bool:
        return bool(self.rights)

    @property
    def greeting(self) -> str:
        return self.name or self.email.split("@", 1)[0]


# In the same query as the row: no page pays another one to know what its reader may do.
_rights = func.jsonb_agg(func.jsonb_build_array(Grant.role, Grant.container_type, Grant.container_id), type_=JSONB)
_held = select(_rights).where(Grant.user_id == User.id).correlate_except(Grant).scalar_subquery()
inspect(User).add_property("held", column_property(_held, expire_on_flush=False))


class UserSession(Base):
    """One browser. The cookie's value is nowhere in the database, only its SHA-256.

    `public_id` names an anonymous visitor's things (a basket); it says nothing about the cookie.
    """

    __tablename__ = "user_sessions"

    id: Mapped[pk]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    public_id: Mapped[str] = mapped_column(String(43), unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    user_agent: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[created]
    # Moves in steps of a few minutes, so that reading does not write.
    used_at: Mapped[created]
    # When the second factor was shown in this session: staff get nowhere without.
    second_factor_at: Mapped[datetime | None]
    # When whoever sits there last proved who they are, by a mailed link or a second factor.
    proved_at: Mapped[datetime | None] = mapped_column()
    expires_at: Mapped[datetime]

    # Whether that was within the last minutes, by the database's clock, when the row was loaded.
    is_fresh: Mapped[bool] = column_property(func.coalesce(proved_at > func.now() - FRESH, false()))
