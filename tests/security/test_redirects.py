"""Nobody is led away to another site, whatever an address or a form says about where to go on."""

from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

import httpx
import pyotp
import pytest
from sqlalchemy import select

from blog.forms import (
    BeginAuthenticator,
    ConfirmAuthenticator,
    EditMenuItem,
    NewPasskey,
    SecondFactor,
    ShowPasskey,
    SignIn,
)
from shared.browser.app.utils.paths import safe_next
from shared.db.session import get_session
from shared.models import MagicLink
from tests.fakes.passkey import SoftPasskey
from tests.house import ORIGINS
from tests.security import visits
from tests.security.test_extra_fields import forms
from tests.security.town import UNSAFE, Town

pytestmark = pytest.mark.asyncio(loop_scope="session")

APP = f"{visits.SECURITY}authenticator/"
FIELDS = ("next", "url", "return_to", "redirect", "to", "back", "continue", "goto")
NEXT = [
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\\/evil.example", "\\/evil.example",
    "https://evil.example", "http://evil.example", "https:evil.example", "https:/evil.example", "https:///evil.example",
    "HTTPS://evil.example", "ftp://evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x",
    "vbscript:x", "/\t/evil.example", "\t//evil.example", " //evil.example", "/ /evil.example", "\n//evil.example",
    "/\n/evil.example", "/\r/evil.example", "\x00//evil.example", "/\x0b/evil.example", "//evil.example/%2f..",
    "http://localhost:8000@evil.example", "http://localhost:8000.evil.example", "http://localhost:80000",
    "http://localhost:8000:80@evil.example", "//localhost:8000@evil.example", "http:\\\\evil.example",
    "http://localhost:8000\\@evil.example", "https://localhost:8000/", "//evil。example", "https://evil。example",
    "/%09/\\evil.example", "evil.example", "http://[::1]@evil.example", "http://localhost:8000//evil.example",
    "?next=//evil.example", "http://[", "//[", "https://[evil.example", "http://]", "//[::1", "http://[::1]evil.example",
    "http://localhost:8000[", "http://[localhost:8000]/", "//evil.example]", "http://[v1.x]/", "http://a[b]c/",
]  # fmt: skip
# No address at all, to those who take addresses apart.
ODD = [value for value in NEXT if "[" in value or "]" in value]
SLASHES = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "/%5Cevil.example",
    "/%2Fevil.example",
    "//evil.example/..",
]


def leads_astray(answer: httpx.Response) -> bool:
    place = urlsplit(answer.headers.get("location", ""))
    origin = f"{place.scheme}://{place.netloc}" if place.netloc or place.scheme else ""
    return origin not in {"", *ORIGINS.values()} or place.path.startswith(("//", "/\\"))


@pytest.mark.parametrize("value", NEXT)
async def test_no_spelling_of_next_leads_to_another_site(town: Town, value: str) -> None:
    found = urlsplit(safe_next(value, town.settings))
    origin = f"{found.scheme}://{found.netloc}" if found.netloc or found.scheme else ""

    assert origin in {"", *ORIGINS.values()}
    assert not found.path.startswith("//")


async def test_no_route_leads_to_another_site_whatever_it_is_told(town: Town) -> None:
    astray, broken, redirecting = [], [], []
    for browser in (town.bob, town.client()):
        for route in town.routes("GET"):
            plain = {} if route.is_internal else dict.fromkeys(FIELDS, "/account/")
            if plain and (await town.ask(browser, route, params=plain)).is_redirect:
                redirecting.append((browser, route))
    for browser, route in redirecting:
        for value in NEXT:
            answer = await town.ask(browser, route, params=dict.fromkeys(FIELDS, value))
            astray += [(route.name, answer.headers["location"])] if leads_astray(answer) else []
            broken += [(route.name, value)] if answer.is_server_error else []

    assert broken == []
    assert len(redirecting) > 60
    assert astray == []


async def test_no_slash_in_an_address_makes_it_another_sites(town: Town) -> None:
    astray = []
    for app in ORIGINS:
        for start in SLASHES:
            for end in ("", "/", "/admin", "/posts", "/products/x", "/entries/1-x"):
                answer = await town.client().get(f"{ORIGINS[app]}{start}{end}", follow_redirects=False)
                astray += [(app, start, answer.headers["location"])] if leads_astray(answer) else []

    assert astray == []


async def test_no_form_asks_where_to_go_on_but_these() -> None:
    # A menu item's address is printed as a link, and followed by nobody but the reader.
    asking = {form for form in forms() if set(FIELDS) & set(form.model_fields)} - {EditMenuItem}

    assert asking == {SignIn, SecondFactor, ShowPasskey, BeginAuthenticator, ConfirmAuthenticator, NewPasskey}


@pytest.mark.parametrize("name", ["Referer", "Origin"])
async def test_no_spelling_of_where_a_form_comes_from_leads_away_or_breaks_an_answer(town: Town, name: str) -> None:
    wrong, visitor = [], town.client()
    for route in town.routes(*UNSAFE):
        for value in ODD if not route.is_internal else ():
            answer = await town.ask(visitor, route, headers={name: value})
            wrong += [(route.name, value)] if leads_astray(answer) or answer.is_server_error else []
            assert "evil" not in unquote(answer.headers.get("location", ""))

    assert wrong == []


async def test_who_has_to_sign_in_for_a_form_comes_back_to_its_page(town: Town) -> None:
    form = {"Referer": f"{ORIGINS['market']}/products/rye/?added=1"}

    answer = await town.client().post("/account/", headers=form, follow_redirects=False)

    assert parse_qs(urlsplit(answer.headers["location"]).query) == {"next": [form["Referer"]], "unsent": ["1"]}


@pytest.mark.parametrize("wanted", NEXT)
async def test_who_signs_in_stays_here_wherever_they_were_told_to_go(town: Town, wanted: str) -> None:
    ann, device, options = (
        await town.member(f"{uuid4()}@example.com"),
        SoftPasskey(),
        f"{visits.SECURITY}passkeys/options/",
    )
    browser, more = await town.signed_in(ann), {"next": wanted}
    browser.follow_redirects = False

    begun = await browser.post(APP, data=more)
    app = pyotp.TOTP(await visits.pending_secret(town, ann))
    confirmed = await browser.post(f"{APP}confirm/", data=more | {"code": app.now()})
    made = device.create((await browser.post(options)).json())
    added = await browser.post(f"{visits.SECURITY}passkeys/", data=more | {"credential": made})
    await visits.half_a_minute_later()
    second = await browser.post("/sign-in/second/", data=more | {"code": app.now()})
    shown = device.get((await browser.post("/sign-in/passkey/options/")).json())
    told = await browser.post("/sign-in/passkey/", data=more | {"credential": shown})
    told.headers["location"] = told.json()["next"]

    answers = [begun, confirmed, added, second, told]
    assert [answer.status_code for answer in answers] == [303, 303, 303, 303, 200]
    assert [answer.headers["location"] for answer in answers if leads_astray(answer)] == []


async def test_what_follows_signing_in_is_kept_safe_when_it_is_stored(town: Town) -> None:
    statuses = set()
    for number, value in enumerate(NEXT):
        form = {"email": f"next{number}@example.com", "next": value}
        statuses.add((await town.client().post("/sign-in/", data=form, follow_redirects=False)).status_code)
    async with get_session(read_only=True) as session:
        stored = list(await session.scalars(select(MagicLink.next_path).where(MagicLink.email.startswith("next"))))

    assert 500 not in statuses
    assert len(stored) >= len(NEXT) - 3  # a few cannot be typed into a form at all
    assert [path for path in stored if "evil" in urlsplit(path).netloc or path.startswith(("//", "/\\"))] == []
