"""Uploaded pictures of products and entries."""

revision = "0009_pictures"
down_revision = "0008_grants"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
