"""Posts, pages, tags and authors."""

revision = "0002_blog"
down_revision = "0001_shared"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
