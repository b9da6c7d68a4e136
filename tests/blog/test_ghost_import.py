import json
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload, undefer_group

from blog.models import Post
from rose.importers import ghost
from shared.db.session import get_session
from shared.editor.tree import dump, element, root, text
from shared.models import User
from tests.factories.blog import lexical_with_wall
from tests.house import House

MEMBERS = """id,email,name,note,subscribed_to_emails,created_at,labels
6b03668543f5e568192f30e5,ann@example.com,Ann Archer,Volunteer,true,2026-11-22T22:02:45.000Z,Box
6b03668543f5e568192f30e6,not an address,Nobody,,true,2026-11-22T22:02:45.000Z,
"""


def a_ghost_post(number: int, slug: str, lexical: str, **changes: object) -> dict[str, object]:
    return {
        "id": f"{number:024d}", "title": slug.title(), "slug": slug, "lexical": lexical, "mobiledoc": None, "html": "",
        "feature_image": None, "featured": 0, "type": "post", "status": "published", "visibility": "public",
        "published_at": "2026-05-20 08:30:00", "custom_excerpt": None, "codeinjection_head": None,
        "codeinjection_foot": None,
    } | changes  # fmt: skip


@pytest.fixture
def export(tmp_path: Path) -> Path:
    words = dump(root([element("paragraph", [text("Flour, water, salt, time.")])]))
    gated = lexical_with_wall("The summary.", "The surplus.")
    tables = {
        "newsletters": [],
        "tags": [
            {"id": "t1", "name": "Bread", "slug": "bread", "description": None, "visibility": "public"},
            {"id": "t2", "name": "#box", "slug": "hash-box", "description": None, "visibility": "internal"},
        ],
        "users": [{"id": "u1", "name": "Maud Hartley", "slug": "maud", "bio": None, "profile_image": None}],
        "posts": [
            a_ghost_post(1, "bread", words),
            a_ghost_post(2, "accounts", gated, visibility="paid"),
            a_ghost_post(3, "rules", words, type="page", status="draft", published_at=None),
        ],
        "posts_meta": [],
        "posts_tags": [
            {"post_id": f"{1:024d}", "tag_id": "t2", "sort_order": 1},
            {"post_id": f"{1:024d}", "tag_id": "t1", "sort_order": 0},
        ],
        "posts_authors": [{"post_id": f"{1:024d}", "author_id": "u1", "sort_order": 0}],
    }
    path = tmp_path / "export.json"
    path.write_text(json.dumps({"db": [{"data": tables}]}))
    return path


async def test_posts_come_with_their_tags_authors_and_gates(house: House, export: Path) -> None:
    await ghost.run(export, house.settings)

    async with get_session(read_only=True) as session:
        options = undefer_group("body"), selectinload(Post.tags), selectinload(Post.authors)
        posts = {post.slug: post for post in await session.scalars(select(Post).options(*options))}
    assert posts["bread"].html == "<p>Flour, water, salt, time.</p>"
    assert [tag.name for tag in posts["bread"].tags] == ["Bread", "box"]
    assert [author.name for author in posts["bread"].authors] == ["Maud Hartley"]
    assert "surplus" not in posts["accounts"].public_html
    assert (posts["rules"].kind, posts["rules"].status) == ("page", "draft")


async def test_a_second_import_changes_nothing(house: House, export: Path) -> None:
    first = await ghost.run(export, house.settings)
    second = await ghost.run(export, house.settings)

    assert (first.read, first.created, first.refused) == (6, 6, [])
    assert (second.read, second.unchanged) == (6, 6)


async def test_members_come_from_the_csv_and_bad_rows_are_named(house: House, tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    path.write_text(MEMBERS)

    first, second = await ghost.run(path, house.settings), await ghost.run(path, house.settings)

    assert (first.created, [what for what, _ in first.refused]) == (1, ["not an address"])
    assert second.unchanged == 1
    async with get_session(read_only=True) as session:
        assert await session.scalar(select(func.count()).select_from(User)) == 1
