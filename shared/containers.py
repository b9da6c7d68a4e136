"""What hangs on what without a foreign key: a page holds calendars and marketplaces; an entry is about a post."""

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Index, String, and_
from sqlalchemy.orm import Mapped, declared_attr, mapped_column


class ContainerType(StrEnum):
    """The kinds of thing that others are attached to."""

    SITE = "site"
    PAGE = "page"


class ContentType(StrEnum):
    """The kinds of thing that a menu item or an entry can be about."""

    POST = "post"
    PAGE = "page"
    TAG = "tag"
    MARKETPLACE = "marketplace"
    CALENDAR = "calendar"
    LINK = "link"


class InContainer:
    """Mixin: this row belongs to a container. The site itself is (site, 0)."""

    container_type: Mapped[str] = mapped_column(String(20), default=ContainerType.SITE)
    container_id: Mapped[int] = mapped_column(BigInteger, default=0)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805
        return (Index(None, "container_type", "container_id"),)


class AboutContent:
    """Mixin: this row is about a piece of content that another app may own."""

    content_type: Mapped[str | None] = mapped_column(String(20))
    content_id: Mapped[int | None] = mapped_column(BigInteger)


def container_filter(model: type[InContainer], container_type: ContainerType, container_id: int) -> ColumnElement[bool]:
    """The SQL condition for "belongs to this container"."""
    return and_(model.container_type == container_type, model.container_id == container_id)


def content_filter(model: type[AboutContent], content_type: ContentType, content_id: int) -> ColumnElement[bool]:
    """The SQL condition for "is about this piece of content"."""
    return and_(model.content_type == content_type, model.content_id == content_id)
