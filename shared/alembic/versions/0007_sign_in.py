"""Sessions that end, links bound to a browser, passkeys and second factors."""

import sqlalchemy as sa
from alembic import op

revision = "0007_sign_in"
down_revision = "0006_event_log"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _sessions()
    _links()
    _factors()


def _sessions() -> None:
    now = sa.text("now()")
    op.add_column("user_sessions", sa.Column("used_at", sa.DateTime(timezone=True), server_default=now, nullable=False))
    op.add_column("user_sessions", sa.Column("second_factor_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("user_sessions", sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True))


def _links() -> None:
    op.execute("DELETE FROM magic_links")  # they live for minutes, and these know no browser
    op.add_column("magic_links", sa.Column("browser_hash", sa.LargeBinary(length=32), nullable=False))
    op.add_column("magic_links", sa.Column("tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False))
    op.create_index(op.f("ix_magic_links_browser_hash"), "magic_links", ["browser_hash"], unique=False)


def _factors() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_passkeys_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
    )
    op.create_index(op.f("ix_passkeys_user_id"), "passkeys", ["user_id"], unique=False)
    op.create_table(
        "passkey_challenges",
        sa.Column("challenge_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_passkey_challenges_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("challenge_hash", name=op.f("pk_passkey_challenges")),
    )
    op.create_table(
        "authenticators",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_authenticators_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_authenticators")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_recovery_codes_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_codes_code_hash")),
    )
    op.create_index(op.f("ix_recovery_codes_user_id"), "recovery_codes", ["user_id"], unique=False)


def downgrade() -> None:
    for table in ("recovery_codes", "authenticators", "passkey_challenges", "passkeys"):
        op.drop_table(table)
    op.drop_index(op.f("ix_magic_links_browser_hash"), "magic_links")
    for column in ("tries", "browser_hash"):
        op.drop_column("magic_links", column)
    for column in ("proved_at", "second_factor_at", "used_at"):
        op.drop_column("user_sessions", column)
