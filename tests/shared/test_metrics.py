"""Prometheus reads every app, with the token and not without."""

import httpx
import pytest

from shared.config import load_settings
from shared.db.session import transaction
from shared.events.bus import emit_event
from shared.events.payloads.cart import OrderReleased
from tests.house import APPS, House, settings_for

TOKEN = "m" * 32


@pytest.fixture
async def watched(database_url: str, tmp_path):
    house = House(settings_for(database_url, home=tmp_path, metrics_token=TOKEN))
    yield house
    await house.aclose()


async def scrape(house: House, app: str, token: str = TOKEN) -> httpx.Response:
    return await house.client().get(house.url(app, "/metrics"), headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize("app", APPS)
async def test_every_app_answers_to_the_token(watched: House, app: str) -> None:
    found = await scrape(watched, app)

    assert found.status_code == 200
    assert found.headers["Content-Type"].startswith("text/plain")
    assert "process_resident_memory_bytes" in found.text
    assert found.headers["Cache-Control"] == "private, no-store"


async def test_for_others_the_address_does_not_exist(watched: House) -> None:
    assert (await watched.client().get("/metrics")).status_code == 404
    assert (await scrape(watched, "blog", "wrong")).status_code == 404
    strange = {"Authorization": "Bearer ünwröng".encode("latin-1")}
    assert (await watched.client().get("/metrics", headers=strange)).status_code == 404


async def test_without_a_token_in_the_configuration_nobody_reads(house: House) -> None:
    assert (await scrape(house, "blog", "None")).status_code == 404
    assert (await scrape(house, "blog", "")).status_code == 404


async def test_the_bus_is_in_it(watched: House) -> None:
    async with transaction() as session:
        emit_event(session, OrderReleased(order="o1"))
    await watched.deliver()

    text = (await scrape(watched, "events")).text

    assert 'rose_event_lag{consumer="events"} 0.0' in text
    assert 'rose_event_handled_total{consumer="events",lane="inside"} 1.0' in text
    assert 'rose_event_hole_seconds{consumer="events",lane="inside"} 0.0' in text
    assert 'rose_event_leads{consumer="events"} 1.0' in text
    assert "rose_event_notifies_total" in text
    assert "rose_event_scheduled" in text


async def test_no_name_is_told_twice(watched: House) -> None:
    await watched.deliver()

    lines = (await scrape(watched, "blog")).text.splitlines()

    names = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(names) == len(set(names))


async def test_answers_are_timed_without_their_addresses(watched: House) -> None:
    await watched.client().get("/no/such/page/")

    text = (await scrape(watched, "blog")).text

    assert 'rose_http_request_seconds_count{method="GET",status="404"}' in text
    assert "such" not in text


def test_the_token_may_stand_in_a_file(tmp_path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    given = {"DATABASE_URL": "postgresql+asyncpg://x/y", "SECRET_KEY": "s" * 32, "INTERNAL_KEY": "i" * 32}

    assert load_settings(given | {"METRICS_TOKEN_FILE": str(file)}).metrics_token == TOKEN
