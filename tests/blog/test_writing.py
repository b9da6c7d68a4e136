from collections.abc import AsyncIterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer_group

from blog.models import Post
from shared.db.session import get_session, transaction
from shared.editor.tree import dump, element, root, text
from shared.utils import utcnow
from tests.factories.blog import a_post, lexical, lexical_with_wall
from tests.house import House

CARD = {
    "type": "callout",
    "version": 1,
    "calloutText": "<p>Bring boots</p>",
    "calloutEmoji": "",
    "backgroundColor": "blue",
}


@pytest.fixture
async def editor(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """Bob, who may write, and his browser."""
    yield await house.signed_in(await house.member("bob@example.com", name="Bob", admin=True))
    await house.apps["blog"].extensions["koenig"].aclose()


async def stored(slug: str) -> Post:
    async with get_session(read_only=True) as session:
        query = select(Post).where(Post.slug == slug).options(undefer_group("body"))
        return (await session.scalars(query)).one()


async def test_bob_writes_publishes_and_takes_back(house: House, editor: httpx.AsyncClient) -> None:
    visitor = house.client()

    page = await editor.post("/admin/posts/", data={"title": "Leeks in the snow", "body": "We *dug* them out."})
    assert "Saved as a draft." in page.text
    assert (await visitor.get("/leeks-in-the-snow/")).status_code == 404

    await editor.post(f"{page.url.path}publication/")
    shown = await visitor.get("/leeks-in-the-snow/")
    assert "<em>dug</em>" in shown.text
    assert "Bob" in shown.text

    await editor.post(f"{page.url.path}publication/delete/")
    assert (await visitor.get("/leeks-in-the-snow/")).status_code == 404


async def test_the_editors_own_document_is_kept_and_rendered(editor: httpx.AsyncClient) -> None:
    tree = dump(root([element("paragraph", [text("Hello")]), CARD]))

    await editor.post("/admin/posts/", data={"title": "Hello", "lexical": tree, "body": "ignored"})

    post = await stored("hello")
    assert post.lexical == tree
    assert "kg-callout-card" in post.html


async def test_saving_the_text_area_keeps_the_cards(editor: httpx.AsyncClient) -> None:
    tree = dump(root([element("paragraph", [text("Before")]), CARD]))
    async with transaction() as session:
        post = await a_post(session, "Hello", lexical=tree)

    body = "After\n\n[[card 1: callout]]"
    await editor.post(f"/admin/posts/{post.id}/", data={"title": "Hello", "body": body, "version": "1"})

    after = await stored("hello")
    assert "After" in after.html
    assert "Bring boots" in after.html


async def test_two_writers_do_not_overwrite_each_other(editor: httpx.AsyncClient) -> None:
    async with transaction() as session:
        post = await a_post(session, "Hello")
    address = f"/admin/posts/{post.id}/"
    await editor.post(address, data={"title": "Hello", "body": "Theirs", "version": "1"})

    answer = await editor.post(address, data={"title": "Hello", "body": "Mine", "version": "1"})
    assert answer.status_code == 409
    assert "Mine" in answer.text
    assert "Theirs" in (await stored("hello")).html

    again = await editor.post(address, data={"title": "Hello", "body": "Mine", "version": "2"})
    assert again.status_code == 200
    assert "Mine" in (await stored("hello")).html


async def test_an_old_address_leads_to_the_new_one(house: House, editor: httpx.AsyncClient) -> None:
    async with transaction() as session:
        post = await a_post(session, "Hello")

    form = {"title": "Hello", "slug": "good-day", "body": "Hi", "version": "1"}
    await editor.post(f"/admin/posts/{post.id}/", data=form)
    answer = await house.client().get("/hello/", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (301, "/good-day/")


async def test_a_post_cannot_take_an_address_of_the_site(editor: httpx.AsyncClient) -> None:
    async with transaction() as session:
        post = await a_post(session, "Hello")

    form = {"title": "Hello", "slug": "account", "body": "Hi", "version": "1"}
    answer = await editor.post(f"/admin/posts/{post.id}/", data=form)

    assert answer.status_code == 409
    assert "The site itself uses this address" in answer.text


async def test_the_hour_of_publication_is_the_sites_hour(editor: httpx.AsyncClient) -> None:
    async with transaction() as session:
        post = await a_post(session, "Hello", status="draft", published_at=None)
    local = (utcnow() + timedelta(days=200)).astimezone(ZoneInfo("Europe/London")).replace(second=0, microsecond=0)

    await editor.post(f"/admin/posts/{post.id}/publication/", data={"at": local.strftime("%Y-%m-%dT%H:%M")})

    after = await stored("hello")
    assert (after.status, after.published_at) == ("scheduled", local)


@pytest.mark.parametrize(
    "path", ["/members-only/", "/", "/posts/", "/rss/", "/search/?q=surplus", "/search/?q=potatoes"]
)
async def test_no_surface_shows_visitors_what_is_for_members(
    house: House, editor: httpx.AsyncClient, path: str
) -> None:
    tree = lexical_with_wall("Potatoes are up.", "The surplus goes to the roof.")
    form = {"title": "Members only", "lexical": tree, "visibility": "members"}
    page = await editor.post("/admin/posts/", data=form)
    await editor.post(f"{page.url.path}publication/")

    answer = await house.client().get(path)

    assert answer.status_code == 200
    assert "roof" not in answer.text


async def test_members_read_on_where_visitors_are_invited_to_sign_in(house: House, editor: httpx.AsyncClient) -> None:
    form = {"title": "Secret", "lexical": lexical("Only for us."), "visibility": "members"}
    page = await editor.post("/admin/posts/", data=form)
    await editor.post(f"{page.url.path}publication/")
    ann = await house.signed_in(await house.member())

    visitors, members = await house.client().get("/secret/"), await ann.get("/secret/")

    assert "Only for us." not in visitors.text
    assert "/sign-in/?next=/secret/" in visitors.text
    assert "Only for us." in members.text


async def test_a_script_in_a_text_is_cleaned_away(editor: httpx.AsyncClient) -> None:
    card = {"type": "html", "version": 1, "html": "<script>alert(1)</script><b onclick='x()'>Bold</b>"}

    await editor.post("/admin/posts/", data={"title": "Bold", "lexical": dump(root([card]))})

    html = (await stored("bold")).html
    assert "<b>Bold</b>" in html
    assert "script" not in html


@pytest.mark.parametrize("path", ["/admin/", "/admin/posts/", "/admin/posts/new/", "/admin/members/", "/_components/"])
async def test_only_administrators_get_behind_the_scenes(house: House, path: str) -> None:
    ann = await house.signed_in(await house.member())

    visitor, member = await house.client().get(path), await ann.get(path)

    assert str(visitor.url).startswith("http://localhost:8000/sign-in/")
    assert member.status_code == 403
