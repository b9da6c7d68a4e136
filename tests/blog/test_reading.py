import re

import pytest

from blog.services import schedule, writing
from shared.db.session import transaction
from shared.models import MenuItem
from tests.factories.blog import a_page, a_post, a_tag, an_author, in_days
from tests.factories.events import an_entry
from tests.factories.market import a_product
from tests.house import House


async def test_a_visitor_reads_the_newest_posts_on_the_front_page(house: House) -> None:
    async with transaction() as session:
        post = await a_post(session, "Leeks in the snow", feature_image="https://example.org/leeks.jpg")
        await a_tag(session, "Growing", post)

    page = await house.client().get("/")

    assert page.status_code == 200
    assert "Leeks in the snow" in page.text
    assert "Growing" in page.text


async def test_a_post_says_who_wrote_it_and_what_it_is_about(house: House) -> None:
    async with transaction() as session:
        post = await a_post(session, words="We dug them out.")
        await a_tag(session, "Growing", post)
        await a_tag(session, "box", post, is_internal=True, slug="hash-box")
        await an_author(session, "Maud Hartley", post)

    page = await house.client().get("/leeks-in-the-snow/")

    assert "<p>We dug them out.</p>" in page.text
    assert "Maud Hartley" in page.text
    assert 'href="/tag/growing/"' in page.text
    assert "hash-box" not in page.text


@pytest.mark.parametrize(
    "path", ["/posts/", "/tag/growing/", "/author/maud-hartley/", "/search/?q=leeks", "/rss/", "/sitemap-posts.xml"]
)
async def test_every_list_has_the_post(house: House, path: str) -> None:
    async with transaction() as session:
        post = await a_post(session, "Leeks in the snow")
        await a_tag(session, "Growing", post)
        await an_author(session, "Maud Hartley", post)

    page = await house.client().get(path)

    assert page.status_code == 200
    assert "leeks-in-the-snow" in page.text


async def test_a_list_names_the_first_subject_that_readers_may_see(house: House) -> None:
    async with transaction() as session:
        post = await a_post(session)
        await a_tag(session, "box", post, is_internal=True, slug="hash-box")
        await a_tag(session, "Growing", post)
        # Factories put each subject at the same place; writers choose the order.
        await writing.connect_tags(session, post, [1, 2])

    page = (await house.client().get("/posts/")).text

    assert '<p class="card-tag">Growing</p>' in page
    assert 'card-tag">box' not in page


async def test_a_draft_is_nowhere(house: House) -> None:
    async with transaction() as session:
        await a_post(session, "Half a thought", status="draft", published_at=None)
    browser = house.client()

    answers = {
        path: await browser.get(path) for path in ("/", "/posts/", "/rss/", "/sitemap-posts.xml", "/search/?q=thought")
    }

    assert [path for path, answer in answers.items() if "half-a-thought" in answer.text] == []
    assert (await browser.get("/half-a-thought/")).status_code == 404


async def test_a_scheduled_post_comes_out_on_time_and_not_before(house: House) -> None:
    async with transaction() as session:
        post = await a_post(session, "Harvest supper", status="scheduled", published_at=in_days(1))
    browser = house.client()
    before = await browser.get("/harvest-supper/")

    async with transaction() as session:
        (await session.get_one(type(post), post.id)).published_at = in_days(-0.001)
    async with house.apps["blog"].app_context():
        await schedule.once()
    after = await browser.get("/harvest-supper/")

    assert (before.status_code, after.status_code) == (404, 200)


async def test_long_lists_have_pages_and_an_end(house: House) -> None:
    async with transaction() as session:
        for number in range(13):
            await a_post(session, f"Field notes {number}", published_at=in_days(-1 - number))
    browser = house.client()

    first, second, third = [await browser.get(f"/posts/?page={number}") for number in (1, 2, 3)]

    assert "Field notes 9" in first.text
    assert "Field notes 10" not in first.text
    assert "Field notes 10" in second.text
    assert third.status_code == 404


async def test_a_page_of_the_house_shows_without_the_other_apps(house: House) -> None:
    async with transaction() as session:
        await a_page(session, "The Old Dairy")

    page = await house.client().get("/the-old-dairy/")

    assert page.status_code == 200
    assert "The Old Dairy" in page.text


async def test_the_menu_stands_on_every_page(house: House) -> None:
    async with transaction() as session:
        session.add(MenuItem(label="Journal", url="/posts/"))

    page = await house.client().get("/search/")

    assert "Journal" in page.text


async def test_a_search_finds_words_in_the_text_and_marks_them(house: House) -> None:
    async with transaction() as session:
        await a_post(session, "Monday", words="The swallows came back & stayed.")

    page = await house.client().get("/search/?q=swallow")

    assert "<mark>swallows</mark>" in page.text
    assert "back &amp; stayed" in page.text


async def test_a_search_finds_goods_and_dates_as_well(house: House) -> None:
    async with transaction() as session:
        await a_product(session, title="Rye bread", measure=800, unit="g")
        await a_product(session, title="Oat milk")
        await an_entry(session, title="An evening at the mill", description="<p>With warm bread.</p>")
        await an_entry(session, title="Bread, long ago", starts_at=in_days(-3))

    page = await house.client().get("/search/?q=bread")

    goods, dates = page.text.index("In the shop"), page.text.index('id="dates"')
    assert goods < page.text.index("Rye bread") < dates < page.text.index("An evening at the mill")
    assert "800 g" in page.text
    assert "Oat milk" not in page.text
    assert "Bread, long ago" not in page.text
    assert "Nothing found" not in page.text


async def test_a_search_says_how_much_it_found_and_leads_on_only_to_more(house: House) -> None:
    async with transaction() as session:
        await a_page(session, "Bread at the mill")
        for number in range(7):
            await a_product(session, title=f"Bread {number}")
        await an_entry(session, title="Bread and cheese")

    page = await house.client().get("/search/?q=bread")
    none = await house.client().get("/search/?q=zeppelin")

    assert "More than 8 results for “bread”" in page.text
    assert "/search/?q=bread" in page.text.partition("More in the shop")[0].rpartition("<a")[2]
    assert "All events" not in page.text
    assert "Nothing found for “zeppelin”" in none.text


async def test_a_search_dates_stories_and_no_pages(house: House) -> None:
    async with transaction() as session:
        await a_page(session, "Bread at the mill", published_at=in_days(-3))
    browser = house.client()

    without = (await browser.get("/search/?q=bread")).text.partition('id="texts"')[2]
    async with transaction() as session:
        await a_post(session, "Bread in the morning")
    dated = (await browser.get("/search/?q=bread")).text.partition('id="texts"')[2]

    assert "<time" not in without
    assert dated.count("<time") == 1


async def test_a_search_goes_on_when_the_shop_does_not_answer(house: House) -> None:
    async with transaction() as session:
        await a_post(session, "Monday", words="The swallows came back.")
    house.stop("market")

    page = await house.client().get("/search/?q=swallow")

    assert page.status_code == 200
    assert "<mark>swallows</mark>" in page.text


async def test_what_is_no_sentence_is_set_off_from_the_next(house: House) -> None:
    async with transaction() as session:
        await a_post(session, "Birds", words="Came back\n\nThe swallows\n\nThey stayed. “All of them.”\n\nWe are glad.")

    page = await house.client().get("/search/?q=swallows")

    shown = page.text.replace("<mark>", "").replace("</mark>", "")
    assert "Came back · The swallows · They stayed. “All of them.” We are glad" in shown


@pytest.mark.parametrize(
    ("path", "how"),
    [("/posts/", "page"), ("/leeks-in-the-snow/", "true"), ("/tag/growing/", "true"), ("/about/", None)],
)
async def test_what_is_written_belongs_to_the_journal_in_the_menu(house: House, path: str, how: str | None) -> None:
    async with transaction() as session:
        post = await a_post(session, "Leeks in the snow")
        await a_tag(session, "Growing", post)
        await a_page(session, "About")
        session.add(MenuItem(label="Journal", url="/posts/"))

    page = await house.client().get(path)

    assert re.findall(r'aria-current="(\w+)">Journal<', page.text) == ([how] if how else [])


async def test_a_page_that_is_not_there_says_so_and_leads_on(house: House) -> None:
    page = await house.client().get("/nothing/")

    assert page.status_code == 404
    assert "There is no such page" in page.text
    assert f'<a href="{house.url("market")}">Shop</a>' in page.text


async def test_what_is_missing_behind_the_counter_keeps_its_frame_for_staff_alone(house: House) -> None:
    staff = await house.signed_in(await house.member("bob@example.com", admin=True))
    path = house.url("blog", "/admin/tags/999999/")

    page, other = await staff.get(path), await house.client().get(house.url("blog", "/admin/nothing/"))

    assert page.status_code == other.status_code == 404
    assert "There is no such subject</h1>" in page.text
    assert 'aria-label="Administration"' in page.text
    assert 'aria-label="Administration"' not in other.text
