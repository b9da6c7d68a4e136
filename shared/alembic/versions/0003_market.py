"""Marketplaces, products and stock."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003_market"
down_revision = "0002_blog"
branch_labels = None
depends_on = None

# Generated columns take immutable functions only; unaccent is one as long as its dictionary is not edited.
PLAIN = """
    CREATE FUNCTION market_plain(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    AS $$ SELECT public.unaccent('public.unaccent'::regdictionary, $1) $$
"""
SEARCHED = (
    "setweight(to_tsvector('english'::regconfig, market_plain((title)::text)), 'A'::\"char\") || "
    "setweight(to_tsvector('english'::regconfig, market_plain(description)), 'C'::\"char\")"
)


def upgrade() -> None:
    op.execute(PLAIN)
    op.create_table(
        "marketplaces",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("container_type", sa.String(length=20), nullable=False),
        sa.Column("container_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marketplaces")),
        sa.UniqueConstraint("slug", name=op.f("uq_marketplaces_slug")),
    )
    op.create_index(
        op.f("ix_marketplaces_container_type_container_id"),
        "marketplaces",
        ["container_type", "container_id"],
        unique=False,
    )
    op.create_table(
        "producers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("story", sa.String(), nullable=False),
        sa.Column("image_url", sa.String(length=500), nullable=True),
        sa.Column("illustration", sa.String(length=80), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_producers")),
        sa.UniqueConstraint("slug", name=op.f("uq_producers_slug")),
    )
    op.create_table(
        "product_categories",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_product_categories_not_its_own_parent")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["product_categories.id"], name=op.f("fk_product_categories_parent_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_categories")),
        sa.UniqueConstraint("slug", name=op.f("uq_product_categories_slug")),
    )
    op.create_index(op.f("ix_product_categories_parent_id"), "product_categories", ["parent_id"], unique=False)
    op.create_table(
        "products",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("marketplace_id", sa.BigInteger(), nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=True),
        sa.Column("producer_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("slug", sa.String(length=100), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("vat_rate", sa.SmallInteger(), nullable=False),
        sa.Column("measure", sa.Numeric(precision=10, scale=3), nullable=False),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("image_url", sa.String(length=500), nullable=True),
        sa.Column("illustration", sa.String(length=80), nullable=True),
        sa.Column("on_hand", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("sold", sa.Integer(), nullable=False),
        sa.Column("on_demand", sa.Boolean(), nullable=False),
        sa.Column("allergens", postgresql.ARRAY(sa.String(length=30)), nullable=False),
        sa.Column("labels", postgresql.ARRAY(sa.String(length=30)), nullable=False),
        sa.Column("sku", sa.String(length=80), nullable=True),
        sa.Column("source", sa.String(length=80), nullable=True),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                SEARCHED,
                persisted=True,
            ),
            nullable=True,
        ),
        sa.CheckConstraint("char_length(currency) = 3", name=op.f("ck_products_currency")),
        sa.CheckConstraint("held >= 0 AND (on_demand OR held <= on_hand)", name=op.f("ck_products_held")),
        sa.CheckConstraint("measure > 0", name=op.f("ck_products_measure")),
        sa.CheckConstraint("on_hand >= 0", name=op.f("ck_products_on_hand")),
        sa.CheckConstraint("price >= 0", name=op.f("ck_products_price")),
        sa.CheckConstraint("sold >= 0", name=op.f("ck_products_sold")),
        sa.CheckConstraint("vat_rate BETWEEN 0 AND 10000", name=op.f("ck_products_vat_rate")),
        sa.ForeignKeyConstraint(
            ["category_id"], ["product_categories.id"], name=op.f("fk_products_category_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["marketplace_id"], ["marketplaces.id"], name=op.f("fk_products_marketplace_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["producer_id"], ["producers.id"], name=op.f("fk_products_producer_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
        sa.UniqueConstraint("slug", name=op.f("uq_products_slug")),
        sa.UniqueConstraint("source", "sku", name=op.f("uq_products_source_sku")),
    )
    op.create_index(op.f("ix_products_category_id"), "products", ["category_id"], unique=False)
    op.create_index("ix_products_labels", "products", ["labels"], unique=False, postgresql_using="gin")
    op.create_index(op.f("ix_products_producer_id"), "products", ["producer_id"], unique=False)
    op.create_index("ix_products_search", "products", ["search"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_products_shelf",
        "products",
        ["marketplace_id", "category_id"],
        unique=False,
        postgresql_where="is_published",
    )
    op.create_index(
        "ix_products_title_trgm",
        "products",
        ["title"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"title": "gin_trgm_ops"},
    )
    op.create_table(
        "product_likes",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_product_likes_product_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_product_likes_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "product_id", name=op.f("pk_product_likes")),
    )
    op.create_index(op.f("ix_product_likes_product_id"), "product_likes", ["product_id"], unique=False)
    op.create_table(
        "stock_reservations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order", sa.String(length=43), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state IN ('held', 'sold', 'released', 'short')", name=op.f("ck_stock_reservations_state")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_stock_reservations_quantity")),
        sa.CheckConstraint("returned BETWEEN 0 AND quantity", name=op.f("ck_stock_reservations_returned")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_stock_reservations_product_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_reservations")),
        sa.UniqueConstraint("order", "product_id", name=op.f("uq_stock_reservations_order_product_id")),
    )
    op.create_index(
        "ix_stock_reservations_due", "stock_reservations", ["until"], unique=False, postgresql_where="state = 'held'"
    )
    op.create_index(op.f("ix_stock_reservations_product_id"), "stock_reservations", ["product_id"], unique=False)


def downgrade() -> None:
    op.drop_table("stock_reservations")
    op.drop_table("product_likes")
    op.drop_table("products")
    op.drop_table("product_categories")
    op.drop_table("producers")
    op.drop_table("marketplaces")
    op.execute("DROP FUNCTION market_plain(text)")
