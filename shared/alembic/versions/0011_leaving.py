"""Ways back: from another address, for the one before; and from an erasure, for a week."""

import sqlalchemy as sa
from alembic import op

revision = "0011_leaving"
down_revision = "0010_inbox"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("erase_at", sa.DateTime(timezone=True), nullable=True))
    # What a mail server says names whom it refused.
    address = r"""[^\s<>(){}'",:;=]+@[^\s<>(){}'",:;=]+"""
    scrub = sa.text("UPDATE event_deliveries SET error = regexp_replace(error, :address, '…@…', 'g')")
    op.execute(scrub.bindparams(address=address))
    _create_email_undos()


def _create_email_undos() -> None:
    op.create_table(
        "email_undos",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("nonce", sa.String(length=43), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_email_undos_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_undos")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_email_undos_token_hash")),
    )
    op.create_index(op.f("ix_email_undos_user_id"), "email_undos", ["user_id"])


def downgrade() -> None:
    op.drop_table("email_undos")
    op.drop_column("users", "erase_at")
