"""Marketplaces, products and stock."""

revision = "0003_market"
down_revision = "0002_blog"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
