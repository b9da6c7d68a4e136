"""For whom a kind of ticket is, said where it is chosen."""

import sqlalchemy as sa
from alembic import op

revision = "0013_ticket_notes"
down_revision = "0012_search"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket_types", sa.Column("note", sa.String(length=200), server_default="", nullable=False))
    op.alter_column("ticket_types", "note", server_default=None)


def downgrade() -> None:
    op.drop_column("ticket_types", "note")
