"""Who may do what, where: one row for each role that somebody holds."""

from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ColumnElement, ForeignKey, Index, String, false, true, tuple_
from sqlalchemy.orm import Mapped, mapped_column

from shared.containers import InContainer
from shared.db.base import Base, created, pk

Container = tuple[str, int]


class Role(StrEnum):
    """administrator: everything · editor: the blog · shopkeeper: the shop · steward: events and the door ·
    treasurer: orders and refunds.
    """

    ADMINISTRATOR = "administrator"
    EDITOR = "editor"
    SHOPKEEPER = "shopkeeper"
    STEWARD = "steward"
    TREASURER = "treasurer"


SCOPED = frozenset({Role.SHOPKEEPER, Role.STEWARD})
"""What may be granted for one page's marketplace or calendars alone; the others hold for the whole site."""


class Grant(Base):
    """A role for the whole site (no container) or for what hangs on one container."""

    __tablename__ = "grants"
    __table_args__ = (
        CheckConstraint("(container_type IS NULL) = (container_id IS NULL)", name="container"),
        CheckConstraint("container_id IS NULL OR role IN ('shopkeeper', 'steward')", name="scope"),
        CheckConstraint("role IN ('administrator', 'editor', 'shopkeeper', 'steward', 'treasurer')", name="role"),
        Index(
            "uq_grants_once",
            "user_id",
            "role",
            "container_type",
            "container_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(20))
    container_type: Mapped[str | None] = mapped_column(String(20))
    container_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[created]


@dataclass(frozen=True)
class Right:
    """A grant as its holder carries it."""

    role: Role
    container: Container | None = None


@dataclass(frozen=True)
class Reach:
    """How far a member's say goes in one role. Services take it, and answer NotFound beyond it."""

    whole: bool = False
    containers: frozenset[Container] = field(default_factory=frozenset)

    def __bool__(self) -> bool:
        return self.whole or bool(self.containers)

    def covers(self, thing: InContainer) -> bool:
        return self.holds((thing.container_type, thing.container_id))

    def holds(self, container: Container) -> bool:
        return self.whole or container in self.containers

    def condition(self, model: type[InContainer]) -> ColumnElement[bool]:
        """The SQL condition for "within it"."""
        if self.whole:
            return true()
        if not self.containers:
            return false()
        return tuple_(model.container_type, model.container_id).in_(sorted(self.containers))


EVERYWHERE = Reach(whole=True)
