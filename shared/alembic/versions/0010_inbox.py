"""Events that come in from outside, each taken once."""

revision = "0010_inbox"
down_revision = "0009_pictures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
