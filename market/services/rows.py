"""Writing marketplaces, categories and producers: small tables that differ only in their columns."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from market.models import Category, Marketplace, Producer, Product
from market.services.changes import shelves_changed
from shared.audit import audit
from shared.errors import Conflict, NotFound
from shared.utils import slugify

R = TypeVar("R", Marketplace, Category, Producer)
STANDS_IN: dict[Any, Any] = {
    Marketplace: Product.marketplace_id,
    Category: Product.category_id,
    Producer: Product.producer_id,
}


class RowNotFound(NotFound):
    message = "This has been deleted meanwhile."


class SlugTaken(Conflict):
    message = "This address is taken. Choose another one."


class InsideItself(Conflict):
    message = "A category cannot stand inside itself. Choose another one."


class StillUsed(Conflict):
    message = "Something still stands in it. Move or delete that first."


async def list_rows(session: AsyncSession, model: type[R]) -> Sequence[R]:
    return (await session.scalars(select(model).order_by(model.name))).all()


async def list_with_counts(session: AsyncSession, model: type[R]) -> list[tuple[R, int]]:
    """By name, with the number of products, shown or not."""
    count = func.count(Product.id)
    found = await session.execute(
        select(model, count).outerjoin(Product, STANDS_IN[model] == model.id).group_by(model.id).order_by(model.name)
    )
    return [(row, number) for row, number in found]


async def list_names(
    session: AsyncSession, *models: type[Marketplace | Category | Producer]
) -> list[list[tuple[int, str]]]:
    """Ids and names of several kinds of rows, each kind by name: what a form offers, in one question."""
    parts = [select(literal(place).label("place"), model.id, model.name) for place, model in enumerate(models)]
    found = await session.execute(union_all(*parts).order_by("name", "id"))
    names: list[list[tuple[int, str]]] = [[] for _ in models]
    for place, row_id, name in found:
        names[place].append((row_id, name))
    return names


async def get_row(session: AsyncSession, model: type[R], row_id: int) -> R:
    """Raises RowNotFound."""
    found = await session.get(model, row_id)
    if found is None:
        raise RowNotFound
    return found


async def create(session: AsyncSession, model: type[R], values: Mapping[str, Any]) -> R:
    """Raises SlugTaken."""
    row = model(**_with_slug(values))
    session.add(row)
    await _flush(session, SlugTaken(field="slug"))
    audit(session, f"{_noun(row)}.created", f"{_noun(row)}:{row.id}")
    return row


async def update(session: AsyncSession, row: R, values: Mapping[str, Any]) -> None:
    """Raises SlugTaken and InsideItself."""
    if values.get("parent_id") == row.id:
        raise InsideItself(field="parent_id")
    for name, value in _with_slug(values).items():
        setattr(row, name, value)
    await _flush(session, SlugTaken(field="slug"))
    audit(session, f"{_noun(row)}.changed", f"{_noun(row)}:{row.id}")


async def destroy(session: AsyncSession, row: R) -> None:
    """Raises StillUsed."""
    await session.delete(row)
    await _flush(session, StillUsed())
    audit(session, f"{_noun(row)}.removed", f"{_noun(row)}:{row.id}")


def _noun(row: Marketplace | Category | Producer) -> str:
    return type(row).__name__.lower()


async def _flush(session: AsyncSession, refusal: Conflict) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        await session.rollback()
        raise refusal from error
    shelves_changed(session)


def _with_slug(values: Mapping[str, Any]) -> dict[str, Any]:
    return {**values, "slug": values.get("slug") or slugify(values["name"]) or "shelf"}
