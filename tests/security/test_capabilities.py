"""Links that are enough by themselves: an order's, a ticket's, one to sign in. Whoever has one may use it, so
nobody can guess it, and nothing of ours hands it on.
"""

import base64
import logging
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from werkzeug.routing import Rule

from blog.models import EmailUndo
from blog.services import email_undos
from blog.services.sign_in import secret_of
from cart.models import Order
from events.models import Hold, Ticket
from shared.db.session import transaction
from shared.models import UserSession
from shared.utils import hash_token, random_token, utcnow
from tests.house import APPS, House
from tests.security import rooms, world
from tests.security.visits import ask

SAMPLE = 200
ENOUGH_BITS = 128


def rules(house: House, app: str) -> Iterator[Rule]:
    """Every route whose address holds a secret: a new one is here as soon as it is registered."""
    for rule in world.rules(house.apps[app]):
        if "token" in rule.arguments and not rooms.is_staffs(rule):
            yield rule


async def secrets(house: House, browser: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    """A working secret for each of these routes, by app and the first word of the address."""
    ann = await house.member()
    values = await world.build(house, ann)
    link = await ask(house, browser, "cy@example.com")
    async with transaction() as session:
        order = await session.merge(await session.get_one(Order, 1))
        order.status, order.paid_at = "paid", utcnow()
        undo = EmailUndo(user_id=ann.id, email="old@example.com", nonce=random_token(), token_hash=b"u" * 32)
        undo.expires_at = utcnow().replace(year=utcnow().year + 1)
        secret = email_undos.secret_of(undo, key=house.settings.secret_key)
        undo.token_hash = hash_token(secret)
        session.add(undo)
    return {
        "blog": {
            "sign_in": secret_of(link, key=house.settings.secret_key),
            "emails": values["change_secret"],
            "email_undos": secret,
        },
        "cart": {"": values["order"]},
        "events": {"": values["ticket"]},
    }


async def walk(house: House) -> list[tuple[str, httpx.Response, str]]:
    """What each of them answers to whoever looks: name, answer, secret."""
    browser = house.client()
    found = await secrets(house, browser)
    owner = await house.signed_in(await house.member("zoe@example.com"))
    answers = []
    for app in APPS:
        for rule in rules(house, app):
            name = rule.endpoint.split(".")[0]
            secret = found[app].get(name) or found[app][""]
            asker = owner if name == "emails" else browser
            path = world.path_of(rule, {"token": secret})
            if "GET" in (rule.methods or ()):
                answer = await asker.get(house.url(app, path), follow_redirects=False)
                answers.append((f"{app} {rule.rule}", answer, secret))
    return answers


async def test_what_shows_a_secret_hands_it_to_nobody(house: House) -> None:
    answers = await walk(house)

    assert len(answers) >= 8
    working = [name for name, answer, _ in answers if answer.status_code in {200, 303}]
    assert {name for name, *_ in answers} - set(working) == {"blog /account/email/<token>/"}, "only Ann's, not Zoe's"
    for name, answer, _ in answers:
        assert answer.headers["Referrer-Policy"] == "no-referrer", name
        assert answer.headers["X-Robots-Tag"] == "noindex", name
        assert answer.headers["Cache-Control"] == "private, no-store", name


async def test_no_page_with_a_secret_is_kept_for_others(house: House) -> None:
    for app in APPS:
        views = house.apps[app].view_functions
        assert [rule.rule for rule in rules(house, app) if hasattr(views[rule.endpoint], "page_policy")] == []


async def test_no_log_holds_a_secret_however_the_link_was_copied(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="requests")
    answers = await walk(house)
    for name, answer, secret in answers:
        app = name.split()[0]
        for path in (answer.url.path, answer.url.path.rstrip("/"), answer.url.path + "x/", f"/x/{secret}/."):
            await house.client().get(house.url(app, path))
            await house.client().post(house.url(app, path))

    told = [record.getMessage() for record in caplog.records if record.name == "requests"]
    assert len(told) > 50
    assert [line for line in told if any(secret in line for _, _, secret in answers)] == []


async def test_maps_and_feeds_name_none(house: House) -> None:
    answers = await walk(house)
    browser = house.client()

    read = [await browser.get(house.url(app, "/robots.txt")) for app in APPS]
    read += [await browser.get(house.url(app, "/sitemap.xml")) for app in ("blog", "market", "events")]
    read += [await browser.get(house.url("blog", "/sitemap-posts.xml"))]

    assert not any(secret in page.text for page in read for _, _, secret in answers)
    for name, answer, _ in answers:
        app, path = name.split()[0], answer.url.path
        closed = re.findall(r"Disallow: (\S+)", read[APPS.index(app)].text)  # type: ignore[arg-type]
        assert any(path.startswith(start) for start in closed), name


@pytest.mark.parametrize("column", [Order.token, Ticket.token, Hold.token, UserSession.public_id])
def test_nobody_can_guess_one(column: Any) -> None:
    """128 bits and more, and no bit of them is always the same."""
    make = column.default.arg if column.default else (lambda _: random_token())
    seen = [base64.urlsafe_b64decode(make(None) + "==") for _ in range(SAMPLE)]

    bits = len(seen[0]) * 8
    numbers = [int.from_bytes(one, "big") for one in seen]
    often = [sum(number >> place & 1 for number in numbers) for place in range(bits)]

    assert bits >= ENOUGH_BITS
    assert len(set(seen)) == SAMPLE
    assert all(SAMPLE * 0.2 < count < SAMPLE * 0.8 for count in often)


async def test_what_comes_by_mail_is_as_hard_to_guess(house: House) -> None:
    found = (await secrets(house, house.client()))["blog"]

    assert len(set(found.values())) == 3
    assert all(re.fullmatch(r"[0-9a-f]{64}", secret) for secret in found.values())
