import re

import httpx
import pytest

from blog.services import grants, members
from blog.services.grants import LastAdministrator
from shared.db.session import transaction
from shared.models import MenuItem, Right, Role
from tests.factories.blog import a_page, a_post, a_tag
from tests.house import House

FORMS = {
    "tags": {"name": "Growing", "description": "What the field says"},
    "authors": {"name": "Maud Hartley", "bio": "Grows vegetables"},
    "menu": {"label": "Growing", "url": "/tag/growing/", "position": "1"},
    "newsletters": {"name": "The Thursday box", "is_active": "true", "sort_order": "1"},
}


@pytest.fixture
async def editor(house: House) -> httpx.AsyncClient:
    return await house.signed_in(await house.member("bob@example.com", name="Bob", admin=True))


@pytest.mark.parametrize("section", FORMS)
async def test_things_are_made_changed_and_removed_in_the_browser(editor: httpx.AsyncClient, section: str) -> None:
    form = FORMS[section]
    label = form.get("name") or form["label"]

    assert (await editor.get(f"/admin/{section}/new/")).status_code == 200
    made = await editor.post(f"/admin/{section}/", data=form)
    assert label in made.text
    changed = await editor.post(f"/admin/{section}/1/", data=form | {"name" if "name" in form else "label": "Other"})
    assert "Other" in changed.text
    assert (await editor.get(f"/admin/{section}/1/")).status_code == 200
    removed = await editor.post(f"/admin/{section}/1/delete/")
    assert "Nothing here yet" in removed.text


async def test_two_tags_cannot_share_an_address(editor: httpx.AsyncClient) -> None:
    async with transaction() as session:
        await a_tag(session, "Growing", await a_post(session))

    answer = await editor.post("/admin/tags/", data={"name": "Growing"})

    assert answer.status_code == 409
    assert "Another tag has this address" in answer.text


async def test_a_form_that_is_not_right_says_so_at_the_field(editor: httpx.AsyncClient) -> None:
    answer = await editor.post("/admin/menu/", data={"label": "Evil", "url": "javascript:alert(1)"})

    assert answer.status_code == 422
    assert 'id="url-error"' in answer.text


async def test_bob_makes_ann_an_administrator(house: House, editor: httpx.AsyncClient) -> None:
    ann = await house.member()

    page = await editor.post(f"/admin/members/{ann.id}/grants/", data={"role": "administrator"})

    assert "Administrator" in page.text
    browser = await house.signed_in(ann)
    assert (await browser.get("/admin/")).status_code == 200


async def test_the_last_administrator_cannot_resign(house: House) -> None:
    bob = await house.member("bob@example.com", admin=True)

    with pytest.raises(LastAdministrator):
        async with transaction() as session:
            await grants.take(session, await members.get(session, bob.id), Right(Role.ADMINISTRATOR))


async def test_members_are_found_by_a_part_of_their_name(house: House, editor: httpx.AsyncClient) -> None:
    await house.member("ann@example.com", name="Ann Archer")
    await house.member("cy@example.com", name="Cy Coe")

    page = await editor.get("/admin/members/?q=arch")

    assert "ann@example.com" in page.text
    assert "cy@example.com" not in page.text


async def test_every_component_is_shown_to_those_who_write_templates(editor: httpx.AsyncClient) -> None:
    assert (await editor.get("/_components/")).status_code == 200


async def test_a_menu_entry_follows_its_page_to_a_new_address(editor: httpx.AsyncClient) -> None:
    async with transaction() as session:
        dairy = await a_page(session)
    await editor.post("/admin/menu/", data={"label": "Hall", "url": "/the-old-dairy/", "position": "1"})

    form = {"title": "The hall", "slug": "the-hall", "body": "Music.", "version": str(dairy.version)}
    await editor.post(f"/admin/pages/{dairy.id}/", data=form)

    assert "/the-hall/" in (await editor.get("/admin/menu/")).text


async def test_the_menu_is_listed_as_visitors_see_it(editor: httpx.AsyncClient) -> None:
    async with transaction() as session:
        journal, about = MenuItem(label="Journal", url="/posts/"), MenuItem(label="About", url="/about/", position=1)
        session.add_all([journal, about])
        await session.flush()
        session.add(MenuItem(label="The Old Dairy", url="/the-old-dairy/", parent_id=about.id))

    page = (await editor.get("/admin/menu/")).text

    assert re.findall(r'<a href="/admin/menu/\d+/">([^<]+)</a>', page) == ["Journal", "About", "The Old Dairy"]
    assert "below About" in page
    assert re.findall(r'data-label="Place">(\d+)<', page) == ["1", "2", "1"]


async def test_a_new_menu_entry_comes_last_unless_somebody_says_otherwise(editor: httpx.AsyncClient) -> None:
    await editor.post("/admin/menu/", data={"label": "Journal", "url": "/posts/", "position": "4"})

    page = (await editor.get("/admin/menu/new/")).text

    assert re.search(r'<input id="position"[^>]*\s+value="5"', page)
