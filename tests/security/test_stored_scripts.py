"""What people write stays words: every attempt in every field of every form, all pages looked at by a real browser."""

from collections import defaultdict
from itertools import cycle

import httpx
from playwright.async_api import async_playwright

from tests.fakes.chromium import FLAGS, chromium
from tests.house import APPS, House
from tests.security.crawl import Crawl
from tests.security.desk import Desk
from tests.security.payloads import ALONE, PAYLOADS
from tests.security.sheets import NOT_FOR_PEOPLE, has_room, sheets
from tests.security.test_extra_fields import forms

# No link leads to them: mails do, scripts, a letter that failed, a card that was read, a payment.
NOT_LINKED = {
    "blog/account/email/<token>/",
    "blog/account/email/undo/<token>/",
    "blog/admin/bus/letters/<int:event_id>/<handler>/",
    "blog/author/<slug>/rss/",
    "blog/tag/<slug>/rss/",
    "cart/orders/<token>/return/",
    "market/products/<slug>/like/",
}
APART = ("/internal/", "/static/", "/media/", "/share/")


def test_no_form_is_forgotten() -> None:
    known = {sheet.form for sheet in sheets(defaultdict(int), {})}

    assert {form for form in forms() if has_room(form)} - known == NOT_FOR_PEOPLE


async def test_nothing_that_was_written_is_ever_run(house: House, unlimited: None) -> None:
    bob = await house.member("bob@example.com", name="Bob", admin=True)
    desk = Desk(house, await house.signed_in(bob))
    refused, shown_again = await write_everything(desk)
    shown_again.append(await desk.bring_in("/admin/calendars/1/"))
    await desk.sign_in_elsewhere(bob)
    await house.deliver()

    staff, anybody = Crawl(house, desk.boss, most=1), Crawl(house, house.client(), most=1)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        await staff.run(browser, roots(house), shown_again)
        await anybody.run(browser, roots(house), [])
        await browser.close()

    assert refused == []
    assert staff.said + anybody.said == []
    assert addresses(house) - {*staff.seen, *anybody.seen} == NOT_LINKED
    # Every page has at least the menu, whose names are among what was written; these are parts of pages.
    assert {rule.partition("/")[2] for rule, found in staff.with_words.items() if not found} == {"here/bar/"}
    assert len(PAYLOADS) >= 60


async def test_what_two_readers_take_for_two_things_is_not_run_either(house: House, unlimited: None) -> None:
    """Each alone, by turns in the three places where people's HTML is shown as HTML: a text, goods, an entry.

    That each is harmless in all three is for tests/shared/editor/test_dangers.py to say.
    """
    desk = Desk(house, await house.signed_in(await house.member("bob@example.com", name="Bob", admin=True)))
    await desk.settle(await house.member())
    turns = zip(ALONE, cycle(("blog", "market", "events")), strict=False)
    pages = [await desk.show(app, f"{words}<p>Rain.</p>", f"alone-{n}") for n, (words, app) in enumerate(turns)]

    visitor = Crawl(house, house.client(), most=len(ALONE))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        await visitor.look_at(browser, pages)
        await browser.close()

    assert visitor.said == []
    # Of the others nothing was left to show.
    assert visitor.user_html > len(pages) * 0.8


async def write_everything(desk: Desk) -> tuple[list[str], list[httpx.Response]]:
    """What was refused that should not have been, and the forms as they are shown again."""
    refused, again = [], []
    for sheet in await desk.settle(await desk.house.member()):
        for sent, answer in await desk.fill(sheet) if sheet.stores else []:
            if answer.status_code != httpx.codes.SEE_OTHER:
                refused.append(f"{sheet.path} {answer.status_code} {sent}")
        again.append(await desk.fill_wrongly(sheet))
    return refused, again


def addresses(house: House) -> set[str]:
    """Every address that a browser may ask for, with its app."""
    return {
        f"{name}{rule.rule}"
        for name in APPS
        for rule in house.apps[name].url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.rule.startswith(APART)
    }


def roots(house: House) -> list[str]:
    """Those without a name in them."""
    found = [address.partition("/") for address in sorted(addresses(house))]
    return [house.url(app, f"/{path}") for app, _, path in found if "<" not in path]
