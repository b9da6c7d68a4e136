"""The parts that pages are made of."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jinja2 import Environment

from shared.browser.app.utils.forms import Form, Submitted
from shared.infrastructure.factory import create_base_app
from tests.house import settings_for

TEMPLATES = Path(__file__).parents[3] / "shared/browser/templates"
MAY = datetime(2026, 5, 15, 18, 30, tzinfo=UTC)
# Not to be seen, or only once on a page (the basket's place in the header), or seen as a part of every field.
FRAME = {"announce", "basket_link", "json_ld", "label"}


class JoinUs(Form):
    email: str


@pytest.fixture
def templates(tmp_path: Path) -> Environment:
    app = create_base_app("blog", settings_for("postgresql+asyncpg://nobody@localhost/none", home=tmp_path))
    environment: Environment = app.extensions["templates"]
    address = "http://localhost:8000{}".format
    environment.globals.update(
        asset="/static/{}".format, coop_url=address, market_url=address, cart_url=address, events_url=address
    )
    return environment


def context() -> dict[str, object]:
    return {
        "user": None,
        "basket": None,
        "menu": [],
        "request_path": "/",
        "for_everyone": False,
        "public": False,
        "at_work": False,
    }


def call(templates: Environment, component: str, *given: object, **named: object) -> str:
    module = templates.get_template(f"components/{component}.html").module
    return re.sub(r"\s+", " ", str(getattr(module, component)(*given, **named)))


def test_the_style_page_shows_every_component(templates: Environment) -> None:
    components = {path.stem for path in (TEMPLATES / "components").glob("*.html")} - FRAME
    sources = "".join(path.read_text() for path in TEMPLATES.glob("_components*/*.html"))
    sources += (TEMPLATES / "_components.html").read_text()

    page = templates.get_template("_components.html").render(context(), now=MAY)

    assert {name for name in components if f'"components/{name}.html"' not in sources} == set()
    assert page.count("<h1") == 1


def test_what_is_wrong_with_a_field_stands_above_it_and_in_the_summary(templates: Environment) -> None:
    form = Submitted(JoinUs, {"email": "<cy"}, {"email": "Enter your email address"}, None)

    field = call(templates, "field", form, "email", "Email", hint="We do not pass it on.")
    summary = call(templates, "error_summary", form)

    assert field.index("Enter your email address") < field.index("<input")
    assert 'aria-describedby="email-hint email-error" aria-invalid="true"' in field
    assert 'value="&lt;cy"' in field
    assert '<a class="link-row" href="#email">Enter your email address</a>' in summary


def test_choices_say_their_hint_and_what_is_wrong_with_them(templates: Environment) -> None:
    form = Submitted(JoinUs, {"email": "no"}, {"email": "Choose one of them"}, None)

    group = call(templates, "choices", form, "email", "Email", [("yes", "Yes", "Now and then")], hint="Once a month.")

    assert '<fieldset class="field field-wrong" aria-describedby="email-hint email-error">' in group
    assert 'aria-describedby="email-says"' in group


def test_a_form_that_is_right_has_no_summary(templates: Environment) -> None:
    assert call(templates, "error_summary", Submitted.of(JoinUs)).strip() == ""


def test_an_event_says_its_day_in_words_and_for_machines(templates: Environment) -> None:
    row = call(templates, "agenda_row", "Spring ceilidh", "/events/1", MAY, "The Great Hall", dated=True)

    assert '<time datetime="2026-05-15T18:30:00+00:00"><span class="sr-only">Fri 15 May, </span>19:30</time>' in row


@pytest.mark.parametrize(
    ("basket", "said"),
    [(None, ""), (0, ""), (1, "1 thing in it"), ({"count": 3, "total": 720, "currency": "GBP"}, "3 things in it")],
)
def test_the_basket_tells_how_much_is_in_it_when_it_knows(templates: Environment, basket: object, said: str) -> None:
    link = re.sub(r"<[^>]+>", "", call(templates, "basket_link", basket, "/cart/"))

    assert " ".join(link.split()) == f"Basket {said}".strip()


@pytest.mark.parametrize("status", [500, 503, 403])
def test_the_last_error_page_needs_nothing_but_the_configuration(templates: Environment, status: int) -> None:
    page = templates.get_template("errors/500.html").render(status=status, message="It will be mended.")

    assert "It will be mended." in page


@pytest.mark.parametrize("template", ["errors/403.html", "errors/404.html", "errors/error.html"])
def test_error_pages_show_a_way_on(templates: Environment, template: str) -> None:
    page = templates.get_template(template).render(context(), status=409, message="Sold out.")

    assert page.count("<h1") == 1
    assert "Sold out." in page
    assert 'href="http://localhost:8000/"' in page


def numbers(page: str) -> list[str]:
    return re.findall(r">(\d+|…)<", page)


@pytest.mark.parametrize(
    ("page", "pages", "shown"),
    [(1, 4, "1 2 3 4"), (2, 4, "1 2 3 4"), (1, 5, "1 2 … 5"), (4, 9, "1 2 3 4 5 … 9"), (5, 9, "1 … 4 5 6 … 9")],
)
def test_pages_left_out_are_two_or_more(templates: Environment, page: int, pages: int, shown: str) -> None:
    assert numbers(call(templates, "pagination", page, pages, "/posts/?page=")) == shown.split()


def test_what_concerns_no_one_field_is_said_before_the_fields(templates: Environment) -> None:
    form = Submitted(JoinUs, {}, {"email": "Enter your email address", "": "Two places were taken."}, None)

    summary = call(templates, "error_summary", form)

    assert summary.index("Two places were taken.") < summary.index("Enter your email address")


def test_a_menu_entry_is_marked_on_the_pages_below_it(templates: Environment) -> None:
    below = {"label": "The Old Dairy", "url": "/the-old-dairy/"}

    entry = call(
        templates,
        "menu_entry",
        "About",
        "/about/",
        [below],
        here="https://c.example/the-old-dairy/",
        origin="https://c.example",
    )

    assert re.findall(r'aria-current="(\w+)">([\w ]+?) ?<', entry) == [("true", "About"), ("page", "The Old Dairy")]


def test_a_card_is_drawn_once_for_the_same_values(templates: Environment) -> None:
    draw = templates.filters["drawn_with"]
    price = templates.get_template("components/price.html").module.price  # type: ignore[attr-defined]
    first = draw([240, 260, 240], price, currency="GBP")
    assert [first.count(words) for words in ("£2.40", "£2.60")] == [2, 1]
    assert draw([240], price, currency="EUR") != draw([240], price, currency="GBP")
    assert "<b>" not in draw(["<b>"], templates.get_template("components/badge.html").module.badge)  # type: ignore[attr-defined]
    assert draw([], price, currency="GBP") == ""


def test_of_an_uploaded_picture_browsers_choose_a_copy(templates: Environment) -> None:
    mine, theirs = call(templates, "picture", "/media/a1.jpg", "A loaf"), call(templates, "picture", "https://x/a.jpg")
    assert 'srcset="/media/a1-600.webp 600w, /media/a1-1200.webp 1200w"' in mine
    assert 'sizes="' in mine
    assert "srcset" not in theirs
