"""The writing page in a real browser."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from rose import assets
from tests.fakes.chromium import FLAGS, chromium
from tests.fakes.editor_page import PIXEL, EditorPage, editor_page
from tests.shared.editor.trees import lexical, paragraph

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assets.build(quiet=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def site() -> Iterator[EditorPage]:
    with editor_page() as site:
        yield site


@pytest.fixture
def page(browser, site):
    """The writing page; whatever the browser complains about fails the test."""
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(site.address)
    yield page
    context.close()
    assert complaints == []


def editable(page: Page):
    return page.get_by_role("textbox", name="The text")


def choose_card(page: Page, name: str) -> None:
    """From the menu behind a slash, once it shows the card: a key pressed before that only ends the line."""
    editable(page).click()
    page.keyboard.type(f"/{name.lower()}")
    page.locator("[data-kg-slash-menu] [data-kg-card-menu-item]").filter(has_text=name).first.click()


def document(page: Page):
    """As the form would send it now."""
    sent = page.evaluate("new FormData(document.forms[0]).get('lexical')")
    return json.loads(sent)["root"]["children"]


def test_what_is_typed_is_what_is_sent(page, site):
    editable(page).click()
    page.keyboard.type("Carrots and chard")

    page.get_by_role("button", name="Save").click()

    expect(editable(page)).to_contain_text("Carrots and chard")
    assert list(site.saved[0]) == ["lexical"]
    assert "Carrots and chard" in site.saved[0]["lexical"][0]


def test_a_slash_opens_the_cards(page):
    choose_card(page, "Callout")
    page.keyboard.type("Boxes on Thursdays")

    assert document(page)[0]["type"] == "callout"
    assert "Boxes on Thursdays" in document(page)[0]["calloutText"]


def test_a_picture_is_uploaded_and_shown(page, site):
    with page.expect_file_chooser() as chosen:
        choose_card(page, "Image")
    chosen.value.set_files({"name": "leek.png", "mimeType": "image/png", "buffer": PIXEL})

    expect(page.locator("img[src='/content/leek.png']")).to_be_visible()
    assert b'filename="leek.png"' in site.uploads[0]
    assert document(page)[0]["src"] == "/content/leek.png"


def test_ctrl_s_saves(page, site):
    editable(page).click()
    page.keyboard.type("Quick")
    with page.expect_navigation():
        page.keyboard.press("Control+s")

    assert "Quick" in site.saved[0]["lexical"][0]


def test_a_film_is_embedded_without_asking_anybody(page):
    choose_card(page, "YouTube")
    page.get_by_placeholder("Paste URL").fill("https://youtu.be/aaaaaaaaaaa")
    page.route("**/youtube-nocookie.com/**", lambda route: route.abort())
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("embed-iframe")).to_be_visible()

    assert "https://www.youtube-nocookie.com/embed/aaaaaaaaaaa" in document(page)[0]["html"]


def test_leaving_with_unsaved_text_asks_first(page, site):
    editable(page).click()
    page.keyboard.type("Unsaved")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))

    page.goto(f"{site.address}?elsewhere")

    assert asked == ["beforeunload"]


def test_looking_without_writing_asks_nothing(page, site):
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    site.lexical = lexical(paragraph("Old"))
    page.reload()
    expect(editable(page)).to_contain_text("Old")

    page.goto(f"{site.address}?elsewhere")

    assert asked == []


def test_text_lost_in_a_crash_is_offered_back(page, site):
    editable(page).click()
    page.keyboard.type("Nearly lost")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()

    page.get_by_role("button", name="Take it back").click()

    expect(editable(page)).to_contain_text("Nearly lost")
    assert "Nearly lost" in json.dumps(document(page))


def test_saved_text_is_not_offered_back(page, site):
    editable(page).click()
    page.keyboard.type("Well kept")
    page.get_by_role("button", name="Save").click()
    page.goto(site.address)

    expect(editable(page)).to_contain_text("Well kept")
    expect(page.get_by_role("button", name="Take it back")).to_have_count(0)


def test_without_a_script_the_plain_text_area_is_sent(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.address)

    page.get_by_label("The text").fill("By hand")
    page.get_by_role("button", name="Save").click()

    assert site.saved == [{"body": ["By hand"]}]
    context.close()
