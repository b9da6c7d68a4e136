"""Baskets, orders and payments."""

revision = "0004_cart"
down_revision = "0003_market"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
