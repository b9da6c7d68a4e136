"""Calendars, entries and tickets."""

import sqlalchemy as sa
from alembic import op

revision = "0005_events"
down_revision = "0004_cart"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendars",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("colour", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("container_type", sa.String(length=20), nullable=False),
        sa.Column("container_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("slug <> ''", name=op.f("ck_calendars_slug")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendars")),
        sa.UniqueConstraint("slug", name=op.f("uq_calendars_slug")),
    )
    op.create_index(
        op.f("ix_calendars_container_type_container_id"), "calendars", ["container_type", "container_id"], unique=False
    )
    op.create_table(
        "entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("calendar_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("all_day", sa.Boolean(), nullable=False),
        sa.Column("venue", sa.String(length=200), nullable=False),
        sa.Column("image_url", sa.String(length=500), nullable=True),
        sa.Column("illustration", sa.String(length=80), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("uid", sa.String(length=255), nullable=False),
        sa.Column("recurrence_id", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("content_type", sa.String(length=20), nullable=True),
        sa.Column("content_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("status IN ('draft', 'published', 'cancelled')", name=op.f("ck_entries_status")),
        sa.CheckConstraint("ends_at >= starts_at", name=op.f("ck_entries_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["calendars.id"], name=op.f("fk_entries_calendar_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        sa.UniqueConstraint(
            "calendar_id", "uid", "recurrence_id", name=op.f("uq_entries_calendar_id_uid_recurrence_id")
        ),
    )
    op.create_index("ix_entries_calendar_id_starts_at", "entries", ["calendar_id", "starts_at"], unique=False)
    op.create_index(op.f("ix_entries_content_type_content_id"), "entries", ["content_type", "content_id"], unique=False)
    op.create_index(
        "ix_entries_shown", "entries", ["starts_at", "id"], unique=False, postgresql_where="status <> 'draft'"
    )
    op.create_table(
        "ticket_types",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("vat_rate", sa.SmallInteger(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("sold", sa.Integer(), nullable=False),
        sa.Column("max_per_order", sa.SmallInteger(), nullable=False),
        sa.Column("sale_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sale_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("held + sold <= capacity", name=op.f("ck_ticket_types_capacity")),
        sa.CheckConstraint("held >= 0", name=op.f("ck_ticket_types_held")),
        sa.CheckConstraint("max_per_order >= 1", name=op.f("ck_ticket_types_max_per_order")),
        sa.CheckConstraint("price >= 0", name=op.f("ck_ticket_types_price")),
        sa.CheckConstraint("sold >= 0", name=op.f("ck_ticket_types_sold")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_ticket_types_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_types")),
    )
    op.create_index(op.f("ix_ticket_types_entry_id"), "ticket_types", ["entry_id"], unique=False)
    op.create_table(
        "holds",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token", sa.String(length=43), nullable=False),
        sa.Column("ticket_type_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("session_id", sa.String(length=43), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("order", sa.String(length=43), nullable=True),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state IN ('active', 'bound', 'converted', 'released')", name=op.f("ck_holds_state")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_holds_quantity")),
        sa.ForeignKeyConstraint(
            ["ticket_type_id"], ["ticket_types.id"], name=op.f("fk_holds_ticket_type_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
        sa.UniqueConstraint("token", name=op.f("uq_holds_token")),
    )
    op.create_index(op.f("ix_holds_order"), "holds", ["order"], unique=False)
    op.create_index("ix_holds_running", "holds", ["until"], unique=False, postgresql_where="state = 'active'")
    op.create_index(
        "ix_holds_type_running", "holds", ["ticket_type_id", "until"], unique=False, postgresql_where="state = 'active'"
    )
    op.create_table(
        "tickets",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token", sa.String(length=43), nullable=False),
        sa.Column("code", sa.String(length=11), nullable=False),
        sa.Column("ticket_type_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("hold_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("order", sa.String(length=43), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('valid', 'used', 'void')", name=op.f("ck_tickets_status")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_tickets_entry_id")),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], name=op.f("fk_tickets_hold_id")),
        sa.ForeignKeyConstraint(["ticket_type_id"], ["ticket_types.id"], name=op.f("fk_tickets_ticket_type_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
        sa.UniqueConstraint("code", name=op.f("uq_tickets_code")),
        sa.UniqueConstraint("hold_id", "place", name=op.f("uq_tickets_hold_id_place")),
        sa.UniqueConstraint("token", name=op.f("uq_tickets_token")),
    )
    op.create_index(op.f("ix_tickets_email"), "tickets", ["email"], unique=False)
    op.create_index(op.f("ix_tickets_entry_id"), "tickets", ["entry_id"], unique=False)
    op.create_index(op.f("ix_tickets_order"), "tickets", ["order"], unique=False)
    op.create_index(op.f("ix_tickets_ticket_type_id"), "tickets", ["ticket_type_id"], unique=False)
    op.create_index(op.f("ix_tickets_user_id"), "tickets", ["user_id"], unique=False)


def downgrade() -> None:
    op.drop_table("tickets")
    op.drop_table("holds")
    op.drop_table("ticket_types")
    op.drop_table("entries")
    op.drop_table("calendars")
