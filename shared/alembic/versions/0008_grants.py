"""Roles for the site and for containers, and who did what."""

revision = "0008_grants"
down_revision = "0007_sign_in"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
