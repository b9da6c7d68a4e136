import re

from rose.demo import blog as demo
from rose.demo import events, links, market
from rose.demo.texts import list_pages, list_posts
from shared.db.session import get_session, transaction
from shared.models import KeyValue
from tests.house import House

PAGES = (
    "/about/",
    "/the-old-dairy/",
    "/mill-bakery/",
    "/long-field-growers/",
    "/help/",
    "/privacy/",
    "/accessibility/",
)


async def test_the_demo_fills_the_front_page_and_names_its_pages(house: House) -> None:
    async with transaction() as session:
        await demo.load(session, house.settings)
    browser = house.client()

    front = await browser.get("/")
    answers = [await browser.get(path) for path in PAGES]

    assert "What the frost left us" in front.text
    assert [answer.status_code for answer in answers] == [200] * len(PAGES)
    async with get_session(read_only=True) as session:
        pages = (await session.get_one(KeyValue, "demo.pages")).value
    assert {"the-old-dairy", "mill-bakery", "long-field-growers", "about"} <= set(pages)


async def test_what_the_demo_keeps_for_members_stays_with_them(house: House) -> None:
    async with transaction() as session:
        await demo.load(session, house.settings)

    page = await house.client().get("/the-accounts-in-plain-words/")

    assert "412 members" in page.text
    assert "6,240" not in page.text


async def test_every_story_of_the_demo_has_a_picture_of_its_own(house: House) -> None:
    async with transaction() as session:
        await demo.load(session, house.settings)
    browser = house.client()

    pictures = []
    for text in list_posts():
        page = await browser.get(f"/{text.slug}/")
        (figure,) = re.findall(r'<figure class="feature">.*?</figure>', page.text, re.DOTALL)
        pictures += re.findall(r'src="([^"]+)"', figure)
        assert text.alt
        assert f'alt="{text.alt}"' in figure
        assert 'width="1200" height="675"' in figure

    assert len(set(pictures)) == len(pictures) == 10
    assert [(await browser.get(address)).status_code for address in pictures] == [200] * 10
    for text in (one for one in list_pages() if one.scene):
        assert f"/scenes/{text.scene}.svg" in (await browser.get(f"/{text.slug}/")).text


async def test_two_posts_end_with_something_of_another_app(house: House) -> None:
    async with transaction() as session:
        for part in (demo, market, events, links):
            await part.load(session, house.settings)
    browser = house.client()

    loaves = (await browser.get("/three-loaves-one-dough/")).text
    piano = (await browser.get("/a-fiddle-an-accordion-and-a-very-old-piano/")).text

    assert '<div class="kg-bookmark-title">Country sourdough</div>' in loaves
    assert '<div class="kg-bookmark-title">Marisol Vega Trio</div>' in piano
