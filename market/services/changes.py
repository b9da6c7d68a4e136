"""What the kept pages of market are tagged with. Every service that changes something says so here."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from shared.browser.app.redis_cacher import invalidate

LISTS = "market:lists"


def product_tag(slug: str) -> str:
    return f"market:product:{slug}"


def products_changed(session: AsyncSession, slugs: Iterable[str], *, lists: bool = True) -> None:
    """`lists=False` when no list shows a difference: a list need not be drawn anew for the 57th piece of 60."""
    tags = [product_tag(slug) for slug in slugs]
    if lists:
        tags.append(LISTS)
    if tags:
        invalidate(session, *tags)


def shelves_changed(session: AsyncSession) -> None:
    """A marketplace, category or producer: named on lists, and on every product page through its own tag."""
    invalidate(session, LISTS)
