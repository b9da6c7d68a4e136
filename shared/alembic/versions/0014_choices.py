"""What somebody who asks for a link has chosen to read: theirs once they have used it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0014_choices"
down_revision = "0013_ticket_notes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kind, nothing = ARRAY(sa.BigInteger()), sa.text("'{}'")
    op.add_column("magic_links", sa.Column("newsletters", kind, server_default=nothing, nullable=False))


def downgrade() -> None:
    op.drop_column("magic_links", "newsletters")
