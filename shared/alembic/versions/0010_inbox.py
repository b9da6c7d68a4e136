"""Events that come in from outside, each taken once."""

import sqlalchemy as sa
from alembic import op

revision = "0010_inbox"
down_revision = "0009_pictures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Pieces of a week, in the schema event_log, are made by the inbox before it writes."""
    op.create_table(
        "event_inbox",
        sa.Column("consumer", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("consumer", "event_id", "at", name=op.f("pk_event_inbox")),
        postgresql_partition_by="RANGE (at)",
    )


def downgrade() -> None:
    op.drop_table("event_inbox")
