from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from blog.models import Author
from shared.audit import audit
from shared.browser.app.redis_cacher import invalidate
from shared.db.session import let_go
from shared.errors import Conflict, NotFound
from shared.models import User
from shared.utils import slugify


class AuthorNotFound(NotFound):
    message = "Nobody of this name has written here."


class AuthorTaken(Conflict):
    message = "Another author has this address already: choose another one."


async def get_by_slug(session: AsyncSession, slug: str) -> Author:
    author = await session.scalar(select(Author).where(Author.slug == slug))
    if author is None:
        raise AuthorNotFound
    return author


async def get(session: AsyncSession, author_id: int) -> Author:
    author = await session.get(Author, author_id)
    if author is None:
        raise AuthorNotFound
    return author


async def list_all(session: AsyncSession) -> Sequence[Author]:
    return (await session.scalars(select(Author).order_by(Author.name))).all()


async def list_known(session: AsyncSession, ids: Sequence[int]) -> list[int]:
    """Those of the ids that are an author's, in their order."""
    known = set(await session.scalars(select(Author.id).where(Author.id.in_(ids))))
    return [found for found in dict.fromkeys(ids) if found in known]


async def find_for(session: AsyncSession, user: User) -> Author | None:
    """The author that this member writes as."""
    found: Author | None = await session.scalar(select(Author).where(Author.user_id == user.id))
    return found


async def author_for(session: AsyncSession, user: User) -> Author:
    """The author that this member writes as, made at their first post."""
    if author := await find_for(session, user):
        return author
    slug = slugify(user.greeting) or f"author-{user.id}"
    if await session.scalar(select(Author.id).where(Author.slug == slug)):
        slug = f"{slug}-{user.id}"
    author = Author(name=user.greeting, slug=slug, user_id=user.id)
    session.add(author)
    await session.flush()
    audit(session, "author.saved", f"author:{author.id}")
    return author


async def save(session: AsyncSession, author: Author) -> Author:
    """Raises AuthorTaken."""
    with session.no_autoflush:
        query = select(Author.id).where(Author.slug == author.slug, Author.id != (author.id or 0))
        taken = await session.scalar(query)
    if taken:
        let_go(session, author)
        raise AuthorTaken(field="slug")
    session.add(author)
    await session.flush()
    audit(session, "author.saved", f"author:{author.id}")
    invalidate(session, "posts")
    return author


async def remove(session: AsyncSession, author: Author) -> None:
    """The posts stay, without this name over them."""
    await session.delete(author)
    audit(session, "author.removed", f"author:{author.id}")
    invalidate(session, "posts")
