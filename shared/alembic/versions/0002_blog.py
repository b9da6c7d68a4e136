"""Posts, pages, tags and authors."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002_blog"
down_revision = "0001_shared"
branch_labels = None
depends_on = None

SEARCH = """
setweight(to_tsvector('english'::regconfig, title), 'A')
|| setweight(to_tsvector('english'::regconfig, excerpt), 'B')
|| setweight(to_tsvector('english'::regconfig, left(public_text, 200000)), 'C')
"""


def upgrade() -> None:
    op.create_table(
        "posts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ghost_id", sa.String(length=24), nullable=True),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("status", sa.String(length=9), nullable=False),
        sa.Column("visibility", sa.String(length=7), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("slug", sa.String(length=191), nullable=False),
        sa.Column("custom_excerpt", sa.String(), nullable=False),
        sa.Column("excerpt", sa.String(), nullable=False),
        sa.Column("lexical", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("public_html", sa.String(), nullable=False),
        sa.Column("plaintext", sa.String(), nullable=False),
        sa.Column("public_text", sa.String(), nullable=False),
        sa.Column("feature_image", sa.String(length=500), nullable=True),
        sa.Column("feature_image_alt", sa.String(), nullable=False),
        sa.Column("feature_image_caption", sa.String(), nullable=False),
        sa.Column("featured", sa.Boolean(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reading_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("seo_title", sa.String(length=255), nullable=False),
        sa.Column("seo_description", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                SEARCH,
                persisted=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("kind IN ('post', 'page')", name=op.f("ck_posts_kind")),
        sa.CheckConstraint("status = 'draft' OR published_at IS NOT NULL", name=op.f("ck_posts_dated")),
        sa.CheckConstraint("status IN ('draft', 'scheduled', 'published')", name=op.f("ck_posts_status")),
        sa.CheckConstraint("visibility IN ('public', 'members')", name=op.f("ck_posts_visibility")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sa.UniqueConstraint("ghost_id", name=op.f("uq_posts_ghost_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_posts_slug")),
    )
    op.create_index("ix_posts_latest", "posts", ["kind", "published_at"], unique=False)
    op.create_index("ix_posts_search", "posts", ["search"], unique=False, postgresql_using="gin")
    op.create_table(
        "tags",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ghost_id", sa.String(length=24), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("slug", sa.String(length=191), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("is_internal", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tags")),
        sa.UniqueConstraint("ghost_id", name=op.f("uq_tags_ghost_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_tags_slug")),
    )
    op.create_table(
        "authors",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ghost_id", sa.String(length=24), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("slug", sa.String(length=191), nullable=False),
        sa.Column("bio", sa.String(), nullable=False),
        sa.Column("image", sa.String(length=500), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_authors_user_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authors")),
        sa.UniqueConstraint("ghost_id", name=op.f("uq_authors_ghost_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_authors_slug")),
    )
    op.create_index(op.f("ix_authors_user_id"), "authors", ["user_id"], unique=False)
    op.create_table(
        "post_tags",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("tag_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_post_tags_post_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name=op.f("fk_post_tags_tag_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", "tag_id", name=op.f("pk_post_tags")),
    )
    op.create_index(op.f("ix_post_tags_tag_id"), "post_tags", ["tag_id"], unique=False)
    op.create_table(
        "slug_redirects",
        sa.Column("slug", sa.String(length=191), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_slug_redirects_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_slug_redirects")),
    )
    op.create_index(op.f("ix_slug_redirects_post_id"), "slug_redirects", ["post_id"], unique=False)
    op.create_table(
        "post_authors",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["authors.id"], name=op.f("fk_post_authors_author_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_post_authors_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", "author_id", name=op.f("pk_post_authors")),
    )
    op.create_index(op.f("ix_post_authors_author_id"), "post_authors", ["author_id"], unique=False)


def downgrade() -> None:
    op.drop_table("post_authors")
    op.drop_table("slug_redirects")
    op.drop_table("post_tags")
    op.drop_table("authors")
    op.drop_table("tags")
    op.drop_table("posts")
