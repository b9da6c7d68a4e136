"""The choices beside a list, each with how many products it would leave: all kinds in one query."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, Select, String, case, func, literal, not_, null, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.ext.asyncio import AsyncSession

from market.models import Category, Producer, Product
from market.models.words import ALLERGENS, IMPLIED, spell
from market.services.filters import Filters, conditions


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    count: int
    depth: int = 0

    @property
    def option(self) -> tuple[str, str]:
        """As a form offers it: what stands inside another choice is set in."""
        return self.value, "\u00a0\u00a0" * self.depth + f"{self.label} ({self.count})"


@dataclass(frozen=True)
class Facets:
    category: list[Choice] = field(default_factory=list)
    producer: list[Choice] = field(default_factory=list)
    label: list[Choice] = field(default_factory=list)
    without: list[Choice] = field(default_factory=list)


async def count_facets(session: AsyncSession, filters: Filters) -> Facets:
    """Each kind is counted under the other kinds' choices, so that choosing one more is never a surprise."""
    kinds = union_all(_categories(filters), _producers(filters), _labels(filters), _allergens(filters))
    by_kind: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for row in await session.execute(kinds):
        by_kind[row.kind].append(row)
    return Facets(
        category=_as_tree(by_kind["category"]),
        producer=_in_order(by_kind["producer"]),
        label=_in_order(by_kind["label"]),
        without=_in_order(by_kind["without"]),
    )


async def list_shelves(session: AsyncSession) -> list[Choice]:
    """The outermost categories with something on sale in them."""
    rows = await session.execute(_categories(Filters()))
    return [choice for choice in _as_tree(list(rows)) if not choice.depth]


def _categories(filters: Filters) -> Select[*tuple[Any, ...]]:
    """Also those with nothing in them: what they hold may stand in their inner ones."""
    counted = (
        select(Product.category_id, func.count().label("n"))
        .where(*conditions(filters, but="category"))
        .group_by(Product.category_id)
        .subquery()
    )
    return select(
        literal("category").label("kind"),
        Category.slug.label("value"),
        Category.name.label("label"),
        func.coalesce(counted.c.n, 0).label("n"),
        Category.id.label("id"),
        Category.parent_id.label("parent_id"),
        Category.position.label("position"),
    ).outerjoin(counted, counted.c.category_id == Category.id)


def _producers(filters: Filters) -> Select[*tuple[Any, ...]]:
    found = select(literal("producer"), Producer.slug, Producer.name, func.count(), null(), null(), null())
    return (
        found.join(Product, Product.producer_id == Producer.id)
        .where(*conditions(filters, but="producer"))
        .group_by(Producer.slug, Producer.name)
    )


def _labels(filters: Filters) -> Select[*tuple[Any, ...]]:
    labels = func.unnest(_with_implied()).table_valued("label").render_derived().lateral()
    label = labels.c.label
    # Chosen labels add up: the count is of products that have this one as well.
    found = select(literal("label"), label, label, func.count(), null(), null(), null())
    return found.select_from(Product).join(labels, literal(value=True)).where(*conditions(filters)).group_by(label)


def _with_implied() -> Any:
    labels: Any = Product.labels
    for one, other in IMPLIED.items():
        lacks = Product.labels.contains([one]) & not_(Product.labels.contains([other]))
        labels = case((lacks, func.array_append(labels, other)), else_=labels)
    return labels


def _allergens(filters: Filters) -> Select[*tuple[Any, ...]]:
    words = func.unnest(array(list(ALLERGENS), type_=ARRAY(String))).table_valued("word").render_derived()
    word = words.c.word
    free = func.count().filter(word != func.all(Product.allergens))
    found = select(literal("without"), word, word, free, null(), null(), null())
    present = func.bool_or(word == func.any(Product.allergens))
    chosen = word.in_(filters.without)
    return (
        found.select_from(Product)
        .join(words, literal(value=True))
        .where(*conditions(filters))
        .group_by(word)
        .having(present | chosen)
    )


def _in_order(rows: list[Row[Any]]) -> list[Choice]:
    shown = [Choice(row.value, spell(row.label) if row.kind != "producer" else row.label, row.n) for row in rows]
    return sorted(shown, key=lambda choice: (-choice.count, choice.label))


def _as_tree(rows: list[Row[Any]]) -> list[Choice]:
    inside: defaultdict[int | None, list[Row[Any]]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.position, row.label)):
        inside[row.parent_id].append(row)

    def branch(parent_id: int | None, depth: int) -> list[Choice]:
        found: list[Choice] = []
        for row in inside[parent_id]:
            below = branch(row.id, depth + 1)
            count = row.n + sum(choice.count for choice in below if choice.depth == depth + 1)
            if count:
                found += [Choice(row.value, row.label, count, depth), *below]
        return found

    return branch(None, 0)
