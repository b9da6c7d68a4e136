"""Roles for the site and for containers, who did what, and changes of address."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008_grants"
down_revision = "0007_sign_in"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_grants()
    _create_audit()
    _create_email_changes()
    op.add_column("users", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("INSERT INTO grants (user_id, role) SELECT id, 'administrator' FROM users WHERE is_admin")
    op.drop_column("users", "is_admin")


def _create_grants() -> None:
    op.create_table(
        "grants",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("container_type", sa.String(length=20), nullable=True),
        sa.Column("container_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(container_type IS NULL) = (container_id IS NULL)", name=op.f("ck_grants_container")),
        sa.CheckConstraint("container_id IS NULL OR role IN ('shopkeeper', 'steward')", name=op.f("ck_grants_scope")),
        sa.CheckConstraint(
            "role IN ('administrator', 'editor', 'shopkeeper', 'steward', 'treasurer')", name=op.f("ck_grants_role")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_grants_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
    )
    op.create_index(
        "uq_grants_once",
        "grants",
        ["user_id", "role", "container_type", "container_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )


def _create_audit() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("app", sa.String(length=20), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("network", sa.String(length=64), nullable=True),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index(op.f("ix_audit_entries_at"), "audit_entries", ["at"])
    for name in ("actor_id", "action", "subject"):
        op.create_index(op.f(f"ix_audit_entries_{name}_at"), "audit_entries", [name, "at"])
    # What was done stays written down: not even the apps' own account changes a line of it.
    op.execute(
        "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit_entries only ever grows'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_entries_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
    )


def _create_email_changes() -> None:
    op.create_table(
        "email_changes",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("nonce", sa.String(length=43), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_email_changes_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_changes")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_email_changes_token_hash")),
        sa.UniqueConstraint("user_id", name=op.f("uq_email_changes_user_id")),
    )


def downgrade() -> None:
    op.add_column("users", sa.Column("is_admin", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("users", "is_admin", server_default=None)
    op.execute(
        "UPDATE users SET is_admin = true FROM grants WHERE grants.user_id = users.id AND role = 'administrator'"
    )
    op.drop_column("users", "erased_at")
    op.drop_table("email_changes")
    op.drop_table("audit_entries")
    op.execute("DROP FUNCTION refuse_audit_change()")
    op.drop_table("grants")
