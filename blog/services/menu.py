from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from blog.models import Post
from shared.audit import audit
from shared.browser.app.redis_cacher import invalidate
from shared.containers import ContentType, content_filter
from shared.errors import Invalid, NotFound
from shared.models import MenuItem


class MenuItemNotFound(NotFound):
    message = "There is no such menu entry."


class TooDeep(Invalid):
    message = "An entry can stand below one that stands at the top, and only if it has none below itself."


async def list_all(session: AsyncSession) -> Sequence[MenuItem]:
    return (await session.scalars(select(MenuItem).order_by(MenuItem.position, MenuItem.id))).all()


@dataclass(frozen=True)
class Place:
    """Where an entry stands: `rank` is its number among its neighbours, `below` the entry it folds under."""

    item: MenuItem
    rank: int
    below: MenuItem | None = None


async def list_tree(session: AsyncSession) -> list[Place]:
    """As visitors see it: each entry of the top, what folds under it right after."""
    items = await list_all(session)
    children: dict[int | None, list[MenuItem]] = {}
    for item in items:
        children.setdefault(item.parent_id, []).append(item)
    tree: list[Place] = []
    for rank, top in enumerate(children.get(None, []), 1):
        tree.append(Place(top, rank))
        tree += [Place(item, place, below=top) for place, item in enumerate(children.get(top.id, []), 1)]
    return tree


async def get(session: AsyncSession, item_id: int) -> MenuItem:
    item = await session.get(MenuItem, item_id)
    if item is None:
        raise MenuItemNotFound
    return item


async def save(session: AsyncSession, item: MenuItem) -> MenuItem:
    """The menu has one level of children; an entry for a post or page remembers which. Raises TooDeep."""
    with session.no_autoflush:
        await _check_depth(session, item)
        await _remember_content(session, item)
    session.add(item)
    await session.flush()
    audit(session, "menu_item.saved", f"menu_item:{item.id}")
    invalidate(session, "menu")
    return item


async def remove(session: AsyncSession, item: MenuItem) -> None:
    """With what stands below it."""
    await session.delete(item)
    audit(session, "menu_item.removed", f"menu_item:{item.id}")
    invalidate(session, "menu")


async def follow(session: AsyncSession, post: Post) -> None:
    """The entries that lead to this post or page lead to its new address."""
    about = content_filter(MenuItem, ContentType(post.kind), post.id)
    await session.execute(update(MenuItem).where(about).values(url=f"/{post.slug}/"))
    invalidate(session, "menu")


async def next_position(session: AsyncSession) -> int:
    return (await session.scalar(select(func.max(MenuItem.position))) or 0) + 1


async def _check_depth(session: AsyncSession, item: MenuItem) -> None:
    if item.parent_id is None:
        return
    parent = await session.get(MenuItem, item.parent_id)
    below = await session.scalar(select(MenuItem.id).where(MenuItem.parent_id == (item.id or 0)).limit(1))
    if parent is None or parent.parent_id is not None or parent.id == item.id or below is not None:
        raise TooDeep(field="parent_id")


async def _remember_content(session: AsyncSession, item: MenuItem) -> None:
    item.content_type = item.content_id = None
    # One part of a path here; an address elsewhere, or one with a query, is only an address.
    slug = item.url.removeprefix("/").removesuffix("/") if item.url.startswith("/") else ""
    found = (await session.execute(select(Post.kind, Post.id).where(Post.slug == slug))).one_or_none()
    if found:
        item.content_type, item.content_id = found.kind, found.id
