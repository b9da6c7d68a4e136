"""What a visitor narrows the shelves by, as SQL conditions; and as the query string that leads back to it."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Select, and_, func, not_, select

from market.models import Category, Producer, Product
from market.models.words import IMPLIED

# Below it, words that share a few letters by chance begin to match.
SIMILAR = 0.4
LANGUAGE = "english"


@dataclass(frozen=True)
class Filters:
    """`without` names allergens. `similar` = no word was found as typed, so words that look like it count too."""

    q: str = ""
    marketplace_id: int | None = None
    category: str = ""
    producer: str = ""
    labels: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    sort: str = ""
    page: int = 1
    similar: bool = False

    def query(self, page: int = 1) -> str:
        """Of the address of this choice, without the marketplace, which stands in the path."""
        named = [("q", self.q), ("category", self.category), ("producer", self.producer), ("sort", self.sort)]
        pairs = [pair for pair in named if pair[1]]
        pairs += [("label", label) for label in self.labels] + [("without", word) for word in self.without]
        return urlencode([*pairs, ("page", str(page))] if page > 1 else pairs)

    @property
    def narrowed(self) -> bool:
        return bool(self.category or self.producer or self.labels or self.without)

    def similarly(self) -> "Filters":
        return replace(self, similar=True)


def conditions(filters: Filters, *, but: str = "") -> list[ColumnElement[bool]]:
    """All of them; `but` leaves one out, for the counts beside its own choices."""
    found: dict[str, ColumnElement[bool]] = {}
    if filters.category:
        found["category"] = Product.category_id.in_(subtree(filters.category))
    if filters.producer:
        maker = select(Producer.id).where(Producer.slug == filters.producer)
        found["producer"] = Product.producer_id == maker.scalar_subquery()
    if filters.labels:
        found["label"] = and_(*(_has(label) for label in filters.labels))
    if filters.without:
        found["without"] = not_(Product.allergens.overlap(list(filters.without)))
    return [*_always(filters), *(condition for name, condition in found.items() if name != but)]


def subtree(slug: str) -> Select[tuple[int]]:
    """The ids of a category and of all that stand inside it."""
    tree = select(Category.id).where(Category.slug == slug).cte(recursive=True)
    tree = tree.union(select(Category.id).join(tree, Category.parent_id == tree.c.id))
    return select(tree.c.id)


def closeness(filters: Filters) -> ColumnElement[Any]:
    """How well a product answers the words that were typed."""
    if filters.similar:
        return func.word_similarity(func.market_plain(filters.q), func.market_plain(Product.title))
    return func.ts_rank(Product.search, _typed(filters))


def _always(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Product.is_published.is_(True)]
    if filters.marketplace_id is not None:
        found.append(Product.marketplace_id == filters.marketplace_id)
    if filters.q:
        found.append(closeness(filters) >= SIMILAR if filters.similar else Product.search.op("@@")(_typed(filters)))
    return found


def _has(label: str) -> ColumnElement[bool]:
    alike = [label, *(one for one, other in IMPLIED.items() if other == label)]
    found: ColumnElement[bool] = Product.labels.overlap(alike)
    return found


def _typed(filters: Filters) -> ColumnElement[Any]:
    return func.websearch_to_tsquery(LANGUAGE, func.market_plain(filters.q))
