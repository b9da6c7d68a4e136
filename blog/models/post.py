from datetime import datetime

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, SmallInteger, String
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blog.models.author import Author
from blog.models.tag import Tag
from shared.db.base import Base, changed, created, pk
from shared.utils import utcnow

# PostgreSQL refuses a tsvector over 1 MB: what a text says after so much is not what it is looked up by.
SEARCH = """
setweight(to_tsvector('english'::regconfig, title), 'A')
|| setweight(to_tsvector('english'::regconfig, excerpt), 'B')
|| setweight(to_tsvector('english'::regconfig, left(public_text, 200000)), 'C')
"""


def _body(default: str = "") -> Mapped[str]:
    """Long text: loaded only by who asks for it with `undefer_group("body")`."""
    return mapped_column(default=default, deferred=True, deferred_group="body", deferred_raiseload=True)


class Post(Base):
    """A post or a page. `html` and `plaintext` are the whole text, `public_html` and `public_text` what everybody

    may read; every surface that does not know its reader (lists, feeds, search) is made from the public ones.
    """

    __tablename__ = "posts"
    __table_args__ = (
        CheckConstraint("kind IN ('post', 'page')", name="kind"),
        CheckConstraint("status IN ('draft', 'scheduled', 'published')", name="status"),
        CheckConstraint("visibility IN ('public', 'members')", name="visibility"),
        CheckConstraint("status = 'draft' OR published_at IS NOT NULL", name="dated"),
        Index("ix_posts_latest", "kind", "published_at"),
        Index("ix_posts_search", "search", postgresql_using="gin"),
    )

    id: Mapped[pk]
    ghost_id: Mapped[str | None] = mapped_column(String(24), unique=True)
    kind: Mapped[str] = mapped_column(String(4), default="post")
    status: Mapped[str] = mapped_column(String(9), default="draft")
    visibility: Mapped[str] = mapped_column(String(7), default="public")
    title: Mapped[str] = mapped_column(String(255))
    slug: Mapped[str] = mapped_column(String(191), unique=True)
    custom_excerpt: Mapped[str] = mapped_column(default="")
    excerpt: Mapped[str] = mapped_column(default="")
    lexical: Mapped[str] = _body()
    html: Mapped[str] = _body()
    public_html: Mapped[str] = _body()
    plaintext: Mapped[str] = _body()
    public_text: Mapped[str] = _body()
    feature_image: Mapped[str | None] = mapped_column(String(500))
    feature_image_alt: Mapped[str] = mapped_column(default="")
    feature_image_caption: Mapped[str] = mapped_column(default="")
    featured: Mapped[bool] = mapped_column(default=False)
    published_at: Mapped[datetime | None]
    reading_minutes: Mapped[int] = mapped_column(SmallInteger, default=1)
    seo_title: Mapped[str] = mapped_column(String(255), default="")
    seo_description: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[created]
    changed_at: Mapped[changed]
    search: Mapped[str] = mapped_column(TSVECTOR, Computed(SEARCH, persisted=True), deferred=True)

    tags: Mapped[list[Tag]] = relationship(
        secondary="post_tags", order_by="PostTag.position", viewonly=True, lazy="raise"
    )
    authors: Mapped[list[Author]] = relationship(
        secondary="post_authors", order_by="PostAuthor.position", viewonly=True, lazy="raise"
    )

    @property
    def is_out(self) -> bool:
        """Anybody may see it (though perhaps not all of it)."""
        return self.status != "draft" and self.published_at is not None and self.published_at <= utcnow()

    @property
    def shown_tags(self) -> list[Tag]:
        return [tag for tag in self.tags if not tag.is_internal]


class PostTag(Base):
    __tablename__ = "post_tags"

    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(SmallInteger, default=0)


class PostAuthor(Base):
    __tablename__ = "post_authors"

    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id", ondelete="CASCADE"), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(SmallInteger, default=0)
