"""Small things of the layer that everything leans on."""

import io
import json
import logging
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.dialects import postgresql

from shared.browser.app.filters import filters_for, plural, truncate_words
from shared.browser.app.utils.paths import safe_next
from shared.browser.app.utils.time import from_zone, to_zone
from shared.config import Settings, Site
from shared.containers import ContainerType, ContentType, container_filter, content_filter
from shared.log_config.setup import request_id, setup_logging
from shared.models import MenuItem
from shared.utils import host_url, keyed_hash, slugify
from tests.house import settings_for

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def settings(tmp_path) -> Settings:
    return settings_for("postgresql+asyncpg://nobody@127.0.0.1/none", home=tmp_path)


def test_addresses_come_from_the_configuration(settings: Settings) -> None:
    assert host_url(settings, "market", "/products/leeks/") == "http://localhost:8001/products/leeks/"


@pytest.mark.parametrize(
    ("text", "slug"),
    [("Crème brûlée & co.", "creme-brulee-co"), ("  Tea -- time ", "tea-time"), ("日本", ""), ("a" * 200, "a" * 80)],
)
def test_slugs_are_plain(text: str, slug: str) -> None:
    assert slugify(text) == slug


def test_a_keyed_hash_needs_the_key() -> None:
    assert keyed_hash("a", "ann@example.com") != keyed_hash("b", "ann@example.com")


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        ("/account/", "/account/"),
        ("http://localhost:8002/checkout/", "http://localhost:8002/checkout/"),
        ("http://localhost:8002", "http://localhost:8002"),
        ("http://localhost:8002//evil.example", "/"),
        ("http://[", "/"),
        ("http://localhost:8002.evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        (None, "/"),
    ],
)
def test_a_redirect_leads_to_one_of_the_four_apps(settings: Settings, asked: str | None, led_to: str) -> None:
    assert safe_next(asked, settings) == led_to


def test_summer_time_is_the_sites_own() -> None:
    typed = datetime(2026, 7, 1, 19, 30)  # noqa: DTZ001

    assert from_zone(typed, LONDON) == datetime(2026, 7, 1, 18, 30, tzinfo=UTC)
    assert to_zone(datetime(2026, 7, 1, 18, 30, tzinfo=UTC), LONDON).hour == 19


def test_an_hour_that_comes_twice_is_the_first_one() -> None:
    assert from_zone(datetime(2026, 10, 25, 1, 30), LONDON) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # noqa: DTZ001


def test_amounts_and_dates_read_as_people_write_them() -> None:
    filters = filters_for(Site(name="x", email="a@b.example", currency="GBP", zone="Europe/London"))
    moment = datetime(2026, 12, 4, 19, 30, tzinfo=UTC)

    assert filters["money"](1050) == "£10.50"
    assert filters["money"](123456, "EUR") == "€1,234.56"
    assert filters["day"](moment) == "Friday 4 December 2026"
    assert filters["datetime"](moment) == "Fri 4 Dec 2026, 19:30"


def test_words_agree_with_numbers() -> None:
    assert [plural(1, "ticket"), plural(0, "ticket"), plural(2, "loaf", "loaves")] == [
        "1 ticket",
        "0 tickets",
        "2 loaves",
    ]
    assert truncate_words("one two three", 2) == "one two…"


def test_what_belongs_to_a_container_and_what_is_about_a_post() -> None:
    from market.models import Marketplace

    belongs = container_filter(Marketplace, ContainerType.PAGE, 7).compile(dialect=postgresql.dialect())
    about = content_filter(MenuItem, ContentType.POST, 3).compile(dialect=postgresql.dialect())

    assert "marketplaces.container_type = " in str(belongs)
    assert belongs.params == {"container_type_1": "page", "container_id_1": 7}
    assert about.params == {"content_type_1": "post", "content_id_1": 3}


def test_a_log_line_is_one_json_object() -> None:
    out = io.StringIO()
    setup_logging("cart", stream=out)
    request_id.set("r-1")
    try:
        logging.getLogger("anything").warning("a line\nwith a break")
    finally:
        request_id.set(None)

    (line,) = out.getvalue().splitlines()
    entry = json.loads(line)
    assert {key: entry[key] for key in ("app", "level", "event", "request_id")} == {
        "app": "cart",
        "level": "warning",
        "event": "a line\nwith a break",
        "request_id": "r-1",
    }
    assert entry["time"].endswith("Z")
