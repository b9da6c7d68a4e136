"""PostgreSQL's full text over titles, excerpts and the public part of texts: gated words are not in the index."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from blog.models import Post
from blog.services.posts import is_out
from shared.editor.document import in_one_line

PER_PAGE = 10
# Marks of a hit that cannot occur in a text; the template turns them into <mark>.
START, STOP = "\x02", "\x03"
SNIPPET = f"StartSel={START}, StopSel={STOP}, MaxFragments=2, MaxWords=25, MinWords=8, FragmentDelimiter=' … '"


@dataclass(frozen=True)
class Hit:
    """`published_at` is None for a page: nobody asks how old that is."""

    title: str
    slug: str
    published_at: datetime | None
    parts: list[tuple[str, bool]]


@dataclass(frozen=True)
class Hits:
    hits: Sequence[Hit]
    page: int
    pages: int
    total: int


async def find(session: AsyncSession, words: str, *, page: int = 1) -> Hits:
    """The best first. Words as people type them: "exact", or, -without."""
    asked = func.websearch_to_tsquery("english", words)
    matching = select(Post.id, func.ts_rank(Post.search, asked).label("rank"), func.count().over().label("total"))
    matching = matching.where(Post.search.op("@@")(asked), is_out())
    ranked = matching.order_by(func.ts_rank(Post.search, asked).desc(), Post.published_at.desc())
    best = ranked.limit(PER_PAGE).offset((page - 1) * PER_PAGE).subquery()
    snippet = func.ts_headline("english", func.left(Post.public_text, 20_000), asked, SNIPPET)
    shown = select(Post.title, Post.slug, Post.kind, Post.published_at, snippet.label("snippet"), best.c.total)
    rows = (await session.execute(shown.join(best, best.c.id == Post.id).order_by(best.c.rank.desc()))).all()
    total = rows[0].total if rows else 0
    return Hits([_hit(row) for row in rows], page, max(1, -(-total // PER_PAGE)), total)


def _hit(row: Row[Any]) -> Hit:
    parts = []
    for piece in in_one_line(row.snippet).split(START):
        marked, _, plain = piece.partition(STOP) if STOP in piece else ("", "", piece)
        parts += [(marked, True), (plain, False)]
    published_at = row.published_at if row.kind == "post" else None
    return Hit(row.title, row.slug, published_at, [part for part in parts if part[0]])
