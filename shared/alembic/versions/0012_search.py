"""A product is also found by its shelves, its maker and its labels, whatever they are called meanwhile."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012_search"
down_revision = "0011_leaving"
branch_labels = None
depends_on = None

# A generated column knows its own row only, and these names stand in others. What is vegan is vegetarian too.
WORDS = """
    CREATE FUNCTION market_words() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        shelves text;
        maker text;
    BEGIN
        WITH RECURSIVE around AS (
            SELECT id, parent_id, name FROM product_categories WHERE id = NEW.category_id
            UNION SELECT c.id, c.parent_id, c.name FROM product_categories c JOIN around ON c.id = around.parent_id
        )
        SELECT string_agg(name, ' ') INTO shelves FROM around;
        SELECT name INTO maker FROM producers WHERE id = NEW.producer_id;
        NEW.search :=
            setweight(to_tsvector('english', market_plain(NEW.title)), 'A') ||
            setweight(to_tsvector('english', market_plain(concat_ws(' ', shelves, maker,
                array_to_string(NEW.labels, ' '), CASE WHEN 'vegan' = ANY (NEW.labels) THEN 'vegetarian' END))), 'B') ||
            setweight(to_tsvector('english', market_plain(NEW.description)), 'C');
        RETURN NEW;
    END $$
"""
ON_PRODUCTS = """
    CREATE TRIGGER products_words
    BEFORE INSERT OR UPDATE OF title, description, category_id, producer_id, labels, search ON products
    FOR EACH ROW EXECUTE FUNCTION market_words()
"""
# The rows are locked in id order, as everybody does. A shelf takes along what stands inside it.
RENAMED = """
    CREATE FUNCTION market_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        touched bigint[];
    BEGIN
        IF TG_TABLE_NAME = 'producers' THEN
            touched := ARRAY(SELECT id FROM products WHERE producer_id = NEW.id ORDER BY id FOR NO KEY UPDATE);
        ELSE
            touched := ARRAY(
                WITH RECURSIVE inside AS (
                    SELECT NEW.id
                    UNION SELECT c.id FROM product_categories c JOIN inside ON c.parent_id = inside.id
                )
                SELECT id FROM products WHERE category_id IN (SELECT id FROM inside) ORDER BY id FOR NO KEY UPDATE
            );
        END IF;
        UPDATE products SET search = NULL WHERE id = ANY (touched);
        RETURN NULL;
    END $$
"""
ON_SHELVES = """
    CREATE TRIGGER product_categories_renamed AFTER UPDATE OF name, parent_id ON product_categories
    FOR EACH ROW EXECUTE FUNCTION market_renamed()
"""
ON_PRODUCERS = """
    CREATE TRIGGER producers_renamed AFTER UPDATE OF name ON producers
    FOR EACH ROW EXECUTE FUNCTION market_renamed()
"""
SEARCHED = (
    "setweight(to_tsvector('english'::regconfig, market_plain((title)::text)), 'A'::\"char\") || "
    "setweight(to_tsvector('english'::regconfig, market_plain(description)), 'C'::\"char\")"
)


def upgrade() -> None:
    """The column stays, and its index: something else writes it from now on, which the release before never did."""
    op.execute(WORDS)
    op.execute(RENAMED)
    op.execute("ALTER TABLE products ALTER COLUMN search DROP EXPRESSION")
    op.execute(ON_PRODUCTS)
    op.execute(ON_SHELVES)
    op.execute(ON_PRODUCERS)
    op.execute("UPDATE products SET search = NULL")


def downgrade() -> None:
    op.execute("DROP TRIGGER producers_renamed ON producers")
    op.execute("DROP TRIGGER product_categories_renamed ON product_categories")
    op.execute("DROP TRIGGER products_words ON products")
    op.execute("DROP FUNCTION market_renamed()")
    op.execute("DROP FUNCTION market_words()")
    op.drop_column("products", "search")
    written = sa.Computed(SEARCHED, persisted=True)
    op.add_column("products", sa.Column("search", postgresql.TSVECTOR(), written, nullable=True))
    op.create_index("ix_products_search", "products", ["search"], unique=False, postgresql_using="gin")
