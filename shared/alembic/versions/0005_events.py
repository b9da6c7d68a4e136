"""Calendars, entries and tickets."""

revision = "0005_events"
down_revision = "0004_cart"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
