"""Sessions that end, links bound to a browser, passkeys and second factors."""

revision = "0007_sign_in"
down_revision = "0006_event_log"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
