"""Rows of a Ghost export, as ours. What was brought once and has not changed there is not touched again here."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from blog.models import Author, Post, Tag
from blog.services import members, slugs, writing
from blog.services.rendering import Body
from blog.services.writing import Draft
from shared.browser.app.utils.parsing import Email
from shared.errors import Invalid
from shared.models import GhostNewsletter, KeyValue, User
from shared.utils import slugify

Row = Mapping[str, Any]
Outcome = Literal["created", "changed", "unchanged"]
DIGESTS = "blog.ghost_posts"


class NoAddress(Invalid):
    message = "This is no e-mail address."


def digest(row: Row) -> str:
    return hashlib.sha256(json.dumps(row, sort_keys=True, default=str).encode()).hexdigest()[:32]


async def post_digests(session: AsyncSession) -> dict[str, str]:
    """By Ghost's id, what each post looked like when it was brought."""
    stored = await session.get(KeyValue, DIGESTS)
    return dict(stored.value) if stored else {}


def visibility_of(row: Row) -> str:
    return "public" if row["visibility"] == "public" else "members"


def is_left_behind(address: str | None) -> bool:
    """A picture in the old site's own folder, which an export does not hold."""
    return bool(address) and "/content/images/" in str(address)


async def save_newsletter(session: AsyncSession, row: Row) -> Outcome:
    values = {
        "name": row["name"],
        "description": row["description"] or "",
        "sender_name": row["sender_name"],
        "is_active": row["status"] == "active",
        "subscribe_on_signup": bool(row["subscribe_on_signup"]),
        "sort_order": row["sort_order"] or 0,
    }
    return await _save(session, GhostNewsletter, row, values)


async def save_tag(session: AsyncSession, row: Row) -> Outcome:
    internal = row["visibility"] == "internal" or row["name"].startswith("#")
    values = {
        "name": row["name"].removeprefix("#"),
        "description": row["description"] or "",
        "is_internal": internal,
    }
    return await _save(session, Tag, row, values)


async def save_author(session: AsyncSession, row: Row) -> Outcome:
    image = None if is_left_behind(row["profile_image"]) else row["profile_image"]
    return await _save(session, Author, row, {"name": row["name"], "bio": row["bio"] or "", "image": image})


SAVERS: dict[str, Callable[[AsyncSession, Row], Awaitable[Outcome]]] = {
    "newsletters": save_newsletter,
    "tags": save_tag,
    "users": save_author,
}


async def save_member(session: AsyncSession, row: Row) -> Outcome:
    """Known ones keep the name, note and newsletters that they have here. Raises NoAddress."""
    try:
        email = TypeAdapter(Email).validate_python(row["email"])
    except ValueError:
        raise NoAddress from None
    if known := await session.scalar(select(User).where(User.email == email)):
        if known.ghost_id == row["id"]:
            return "unchanged"
        known.ghost_id = row["id"]
        return "changed"
    newcomer = await members.welcome(session, email)
    newcomer.ghost_id, newcomer.name, newcomer.note = row["id"], row["name"] or "", row["note"] or None
    newcomer.last_seen_at = None
    if str(row["subscribed_to_emails"]).lower() != "true":
        await members.subscribe(session, newcomer, [])
    return "created"


async def save_post(session: AsyncSession, row: Row, body: Body) -> Outcome:
    """With its tags and authors, which must have been saved before."""
    post = await session.scalar(select(Post).where(Post.ghost_id == row["id"]))
    outcome: Outcome = "changed" if post else "created"
    if post is None:
        post = await writing.create(session, row["type"], _draft(row), body)
        post.ghost_id = row["id"]
    else:
        await writing.update_text(session, post.id, _draft(row), body, version=post.version)
    if post.slug != row["slug"] and not await _is_taken(session, row["slug"]):
        post.slug = row["slug"]
    post.status, post.published_at = row["status"], moment_of(row["published_at"])
    await writing.connect_tags(session, post, await _ids(session, Tag, row["tags"]))
    await writing.connect_authors(session, post, await _ids(session, Author, row["authors"]))
    await _remember(session, row)
    return outcome


def moment_of(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written).replace(tzinfo=UTC) if written else None


def _draft(row: Row) -> Draft:
    meta = row["meta"]
    return Draft(
        title=row["title"],
        slug="",
        custom_excerpt=row["custom_excerpt"] or "",
        feature_image=None if is_left_behind(row["feature_image"]) else row["feature_image"],
        feature_image_alt=meta.get("feature_image_alt") or "",
        feature_image_caption=meta.get("feature_image_caption") or "",
        visibility=visibility_of(row),
        featured=bool(row["featured"]),
        seo_title=meta.get("meta_title") or "",
        seo_description=meta.get("meta_description") or "",
    )


async def _is_taken(session: AsyncSession, slug: str) -> bool:
    return slug in slugs.RESERVED or await session.scalar(select(Post.id).where(Post.slug == slug)) is not None


async def _ids(session: AsyncSession, model: type[Tag | Author], ghost_ids: Sequence[str]) -> list[int]:
    rows = await session.execute(select(model.ghost_id, model.id).where(model.ghost_id.in_(ghost_ids)))
    found = {row[0]: row[1] for row in rows}
    return [found[ghost_id] for ghost_id in ghost_ids if ghost_id in found]


async def _remember(session: AsyncSession, row: Row) -> None:
    stored = await session.get(KeyValue, DIGESTS)
    if stored is None:
        stored = KeyValue(key=DIGESTS, value={})
        session.add(stored)
    stored.value = {**stored.value, row["id"]: digest(row)}


async def _save(
    session: AsyncSession, model: type[Tag | Author | GhostNewsletter], row: Row, values: dict[str, Any]
) -> Outcome:
    """Found by Ghost's id, else by its address (made here before the import)."""
    slug = slugify(row["slug"])
    query = select(model).where((model.ghost_id == row["id"]) | (model.slug == slug)).order_by(model.ghost_id).limit(1)
    found = await session.scalar(query)
    if found is None:
        session.add(model(ghost_id=row["id"], slug=slug, **values))
        await session.flush()
        return "created"
    values["ghost_id"] = row["id"]
    if all(getattr(found, name) == value for name, value in values.items()):
        return "unchanged"
    for name, value in values.items():
        setattr(found, name, value)
    return "changed"
