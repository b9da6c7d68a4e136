"""What a form may hold, in every way a browser has to send one: nobody keeps an app busy with a form."""

from typing import Any

import pytest

from tests.house import House
from tests.security.test_extra_fields import READS_NOTHING
from tests.security.town import UNSAFE, Route, Town

pytestmark = pytest.mark.asyncio(loop_scope="session")

JSON = {"Accept": "application/json"}
MULTIPART = {"Content-Type": "multipart/form-data; boundary=x"}
URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}
# These read what another app or SumUp sent, which is no form.
APART = ("/internal/", "/webhooks/")
OK, TOO_LARGE, UNPROCESSABLE = 200, 413, 422


def parts(number: int, size: int) -> bytes:
    some = (f'--x\r\nContent-Disposition: form-data; name="f{n}"\r\n\r\n{"y" * size}\r\n' for n in range(number))
    return ("".join(some) + "--x--\r\n").encode()


def fields(number: int, size: int) -> bytes:
    return "&".join(f"f{n}={'y' * size}" for n in range(number)).encode()


TOO_MUCH = {
    "1,001 fields": (URLENCODED, fields(1001, 1)),
    "a field of more than 500 kB": (URLENCODED, fields(1, 500_001)),
    "fields of more than 500 kB together": (URLENCODED, fields(100, 5_100)),
    "1,001 parts": (MULTIPART, parts(1001, 1)),
    "a part of more than 500 kB": (MULTIPART, parts(1, 500_001)),
    "parts of more than 500 kB together": (MULTIPART, parts(100, 5_100)),
}
MOST = {
    "1,000 fields": (URLENCODED, fields(1000, 1)),
    "fields of nearly 500 kB": (URLENCODED, fields(100, 4_900)),
    "1,000 parts": (MULTIPART, parts(1000, 1)),
    "parts of nearly 500 kB": (MULTIPART, parts(100, 4_900)),
}


def reads_a_form(route: Route) -> bool:
    return route.endpoint not in READS_NOTHING[route.app] and not route.path.startswith(APART)


@pytest.mark.parametrize("name", TOO_MUCH)
async def test_a_form_that_holds_too_much_is_refused_everywhere(town: Town, name: str) -> None:
    headers, content = TOO_MUCH[name]
    before, wrong = await town.everything(), []
    for route in filter(reads_a_form, town.routes(*UNSAFE)):
        answer = await town.ask(town.bob, route, content=content, headers=JSON | headers)
        wrong += [(route.name, answer.status_code)] if answer.status_code != TOO_LARGE else []

    assert wrong == []
    assert await town.everything() == before


@pytest.mark.parametrize("sent", MOST.values(), ids=MOST)
async def test_a_form_that_just_fits_is_answered_in_few_words(town: Town, sent: tuple[dict[str, Any], bytes]) -> None:
    headers, content = sent

    usual = await town.client().post("/sign-in/", data={"email": "nobody"})
    answer = await town.client().post("/sign-in/", content=content, headers=headers)

    assert (usual.status_code, answer.status_code) == (UNPROCESSABLE, UNPROCESSABLE)
    assert len(answer.content) < len(usual.content) + 500


@pytest.mark.asyncio(loop_scope="function")
async def test_who_sends_nonsense_to_sign_in_is_counted_too(house: House) -> None:
    browser, content = house.client(), fields(900, 1)

    answers = [await browser.post("/sign-in/", content=content, headers=URLENCODED) for _ in range(21)]

    assert [answer.status_code for answer in answers] == [UNPROCESSABLE] * 20 + [OK]
    assert answers[-1].url.path == "/sign-in/sent/"
