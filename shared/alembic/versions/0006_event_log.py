"""The outbox becomes a log with cursors: partitions of a million events, rows only for failures."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.models.domain_event import XID8

revision = "0006_event_log"
down_revision = "0005_events"
branch_labels = None
depends_on = None

MILLION = 1_000_000
AHEAD = 3


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS event_log")
    _move_aside()
    _create_log()
    _create_partitions()
    op.execute("""
        INSERT INTO domain_events (xid, id, event_id, type, version, source, key, payload, created_at)
        OVERRIDING SYSTEM VALUE
        SELECT xid, id, event_id, type, version, source, key, payload, created_at FROM domain_events_before
    """)
    op.execute("""
        SELECT setval(pg_get_serial_sequence('domain_events', 'id'), max(id)) FROM domain_events HAVING max(id) > 0
    """)
    _create_cursors()
    _create_deliveries()
    _create_schedule()
    for table in ("event_deliveries_before", "event_cursors_before", "domain_events_before"):
        op.drop_table(table)
    _create_view()


def _move_aside() -> None:
    for table in ("domain_events", "event_cursors", "event_deliveries"):
        op.rename_table(table, f"{table}_before")
        op.execute(sa.text(f"ALTER INDEX pk_{table} RENAME TO pk_{table}_before"))
    op.execute("ALTER INDEX ix_event_deliveries_due RENAME TO ix_event_deliveries_due_before")
    op.execute("ALTER SEQUENCE domain_events_id_seq RENAME TO domain_events_before_id_seq")


def _create_log() -> None:
    op.create_table(
        "domain_events",
        sa.Column("xid", XID8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=True),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("meta", postgresql.JSONB(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_domain_events")),
        postgresql_partition_by="RANGE (id)",
    )


def _create_partitions() -> None:
    """Enough for what is there, and three more; the processor makes the next. The default one is a safety net."""
    op.execute("CREATE TABLE event_log.p_rest PARTITION OF domain_events DEFAULT")
    highest = op.get_bind().scalar(sa.text("SELECT coalesce(max(id), 0) FROM domain_events_before"))
    for number in range(highest // MILLION + 1 + AHEAD):
        first = number * MILLION
        op.execute(f"""
            CREATE TABLE event_log.p{number:06} PARTITION OF domain_events
            FOR VALUES FROM ({first}) TO ({first + MILLION})
        """)


def _create_cursors() -> None:
    op.create_table(
        "event_cursors",
        sa.Column("consumer", sa.String(length=40), nullable=False),
        sa.Column("lane", sa.String(length=10), nullable=False),
        sa.Column("pos", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("epoch", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("paused", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("consumer", "lane", name=op.f("pk_event_cursors")),
        # Versions of one row stay on one page (HOT), and are swept up soon.
        postgresql_with={
            "fillfactor": 10,
            "autovacuum_vacuum_scale_factor": 0,
            "autovacuum_vacuum_threshold": 200,
        },
    )
    op.execute("""
        INSERT INTO event_cursors (consumer, lane, pos)
        SELECT c.consumer, lane, coalesce(
            (SELECT min(e.id) - 1 FROM domain_events_before e WHERE (e.xid, e.id) > (c.xid, c.event_id)),
            (SELECT max(e.id) FROM domain_events_before e), 0)
        FROM event_cursors_before c, unnest(ARRAY['inside', 'outside']) AS lane
    """)


def _create_deliveries() -> None:
    op.create_table(
        "event_deliveries",
        sa.Column("handler", sa.String(length=120), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("consumer", sa.String(length=40), nullable=False),
        sa.Column("lane", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("first_failed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("event", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("state IN ('retry', 'parked', 'dead')", name=op.f("ck_event_deliveries_state")),
        sa.PrimaryKeyConstraint("handler", "event_id", name=op.f("pk_event_deliveries")),
    )
    op.create_index(
        "ix_event_deliveries_due",
        "event_deliveries",
        ["consumer", "lane", "next_at"],
        postgresql_where="state = 'retry'",
    )
    op.create_index(
        "ix_event_deliveries_key",
        "event_deliveries",
        ["handler", "key", "event_id"],
        postgresql_where="state IN ('retry', 'parked')",
    )
    # The old table does not say which kind of handler it was: the keeper finds it by its name and corrects the lane.
    op.execute("""
        INSERT INTO event_deliveries
        SELECT d.handler, d.event_id, d.consumer, 'outside', e.key, d.state, d.attempts, d.next_at, d.error,
               d.first_failed_at, to_jsonb(e) - 'xid'
        FROM event_deliveries_before d JOIN domain_events_before e ON e.id = d.event_id
    """)


def _create_schedule() -> None:
    op.create_table(
        "event_schedule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=True),
        sa.Column("cron", sa.String(length=80), nullable=True),
        sa.Column("event", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_schedule")),
        sa.UniqueConstraint("name", name=op.f("uq_event_schedule_name")),
    )
    op.create_index(op.f("ix_event_schedule_run_at"), "event_schedule", ["run_at"])


def _create_view() -> None:
    op.execute("""
        CREATE VIEW event_cloudevents AS
        SELECT id, jsonb_strip_nulls(jsonb_build_object(
            'specversion', '1.0', 'id', event_id, 'source', '/' || source, 'type', type, 'subject', key,
            'time', created_at, 'datacontenttype', 'application/json', 'dataversion', version,
            'traceparent', meta ->> 'traceparent')) || jsonb_build_object('data', payload) AS event
        FROM domain_events
    """)


def downgrade() -> None:
    """Back to the plain outbox. What is kept: the events, who has read how far, and what failed."""
    op.execute("DROP VIEW event_cloudevents")
    op.drop_table("event_schedule")
    op.drop_index("ix_event_deliveries_key", "event_deliveries")
    op.drop_index("ix_event_deliveries_due", "event_deliveries")
    op.execute("ALTER TABLE event_deliveries RENAME TO event_deliveries_after")
    op.execute("ALTER INDEX pk_event_deliveries RENAME TO pk_event_deliveries_after")
    op.execute("ALTER TABLE event_cursors RENAME TO event_cursors_after")
    op.execute("ALTER INDEX pk_event_cursors RENAME TO pk_event_cursors_after")
    op.execute("ALTER TABLE domain_events RENAME TO domain_events_after")
    op.execute("ALTER INDEX pk_domain_events RENAME TO pk_domain_events_after")
    op.execute("ALTER SEQUENCE domain_events_id_seq RENAME TO domain_events_after_id_seq")
    _create_outbox()
    _fill_outbox()
    for table in ("event_deliveries_after", "event_cursors_after", "domain_events_after"):
        op.drop_table(table)
    op.execute("DROP SCHEMA event_log CASCADE")


def _create_outbox() -> None:
    op.create_table(
        "domain_events",
        sa.Column("xid", XID8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=True),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_domain_events")),
    )
    op.create_index(op.f("ix_domain_events_xid_id"), "domain_events", ["xid", "id"], unique=False)
    op.create_table(
        "event_cursors",
        sa.Column("consumer", sa.String(length=40), nullable=False),
        sa.Column("xid", XID8(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("consumer", name=op.f("pk_event_cursors")),
    )
    op.create_table(
        "event_deliveries",
        sa.Column("handler", sa.String(length=120), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("consumer", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("first_failed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state IN ('retry', 'dead')", name=op.f("ck_event_deliveries_state")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["domain_events.id"], name=op.f("fk_event_deliveries_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("handler", "event_id", name=op.f("pk_event_deliveries")),
    )
    op.create_index(
        "ix_event_deliveries_due",
        "event_deliveries",
        ["consumer", "next_at"],
        unique=False,
        postgresql_where="state = 'retry'",
    )


def _fill_outbox() -> None:
    op.execute("""
        INSERT INTO domain_events (xid, id, event_id, type, version, source, key, payload, created_at)
        OVERRIDING SYSTEM VALUE
        SELECT xid, id, event_id, type, version, source, key, payload, created_at FROM domain_events_after
    """)
    op.execute("""
        SELECT setval(pg_get_serial_sequence('domain_events', 'id'), max(id)) FROM domain_events HAVING max(id) > 0
    """)
    op.execute("""
        INSERT INTO event_cursors (consumer, xid, event_id)
        SELECT c.consumer, coalesce(max(e.xid), '0'::xid8), coalesce(max(e.id), 0)
        FROM (SELECT consumer, min(pos) AS pos FROM event_cursors_after GROUP BY consumer) c
        LEFT JOIN domain_events e ON e.id = c.pos GROUP BY c.consumer
    """)
    op.execute("""
        INSERT INTO event_deliveries
        SELECT handler, event_id, consumer, CASE state WHEN 'dead' THEN 'dead' ELSE 'retry' END, attempts, next_at,
               error, first_failed_at
        FROM event_deliveries_after WHERE event_id IN (SELECT id FROM domain_events)
    """)
