"""The rule for cookies that every answer of the whole test run is held to, and that it is."""

import pytest
from quart import Quart, Response

from tests.cookies import faults
from tests.house import House

GOOD = "sid=x; Path=/; HttpOnly; SameSite=Lax"


@pytest.mark.parametrize(
    ("header", "secure"),
    [
        (GOOD, False),
        ("hint=in=1&n=2; Path=/; SameSite=Lax", False),
        ("__Secure-hint=in=1&n=2; Secure; Domain=a.example; Path=/; SameSite=Lax", True),
        ("__Host-sid=x; Secure; Path=/; HttpOnly; SameSite=Strict", True),
        ("__Secure-sid=x; Secure; Domain=a.example; Path=/; HttpOnly; SameSite=Lax", True),
    ],
)
def test_a_good_cookie_passes(header: str, secure: bool) -> None:
    assert faults(header, secure=secure) == []


@pytest.mark.parametrize(
    ("header", "secure", "fault"),
    [
        ("sid=x; Path=/; SameSite=Lax", False, "no HttpOnly"),
        ("sid=x; Path=/; HttpOnly", False, "no SameSite"),
        ("sid=x; Path=/; HttpOnly; SameSite=None", False, "no SameSite"),
        ("sid=x; Path=/account/; HttpOnly; SameSite=Lax", False, "a part of the site"),
        ("sid=x; HttpOnly; SameSite=Lax", False, "a part of the site"),
        (f"__Host-{GOOD}", True, "no Secure"),
        (f"{GOOD}; Secure", True, "no prefix"),
        ("__Host-sid=x; Path=/; HttpOnly; SameSite=Lax", False, "no Secure"),
        ("__Host-sid=x; Secure; Domain=a.example; Path=/; HttpOnly; SameSite=Lax", True, "a domain"),
        (f"sid={'x' * 4096}; Path=/; HttpOnly; SameSite=Lax", False, "too much"),
    ],
)
def test_a_loose_cookie_is_told(header: str, secure: bool, fault: str) -> None:
    assert faults(header, secure=secure) == [fault]


@pytest.fixture
async def careless(house: House) -> Quart:
    app = house.apps["blog"]

    @app.after_request
    async def leave_crumbs(response: Response) -> Response:
        response.set_cookie("crumb", "x")
        return response

    return app


async def test_no_answer_of_a_test_escapes_the_rule(house: House, careless: Quart) -> None:
    with pytest.raises(AssertionError, match="no HttpOnly, no SameSite"):
        await house.client().get("/robots.txt")
