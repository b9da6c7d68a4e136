"""What a form lets through is taken or refused by the rules and the database: never an error of ours."""

from functools import partial
from typing import Any

import httpx
from werkzeug.datastructures import MultiDict

import blog.forms as b
import cart.forms as c
import events.forms as e
import market.forms as m
from shared.browser.app.utils.forms import check_form
from tests.house import House
from tests.security.desk import Desk
from tests.security.sheets import NOT_FOR_PEOPLE, Sheet
from tests.security.test_extra_fields import forms
from tests.security.visits import add_app

# fmt: off
ODD = [
    "a\x01b", "\uffff", "\ufeff", "\U0001f954\u202e", "x" * 5000, "%s {0} $1 \\", "-1", "0", "NaN", "1e400", "1e-400",
    "1_0", "99999999.999", "2147483648", "9" * 18, "9" * 19, "9" * 40, "²²²²²²", "٣٣٣٣٣٣", "٣", "site:9999999999",
    "page:999999999999999999", "0001-01-01T00:00", "9999-12-31T23:59", "2026-03-29T01:30", "2026-10-25T01:30+14:00",
]
# fmt: on
# They come from another app, and are walked through by the agreement of the internal API.
CALLED = {e.ChangeHold, m.ReservationLine}
PLAIN = ["Words", "/words/", "words@example.com", "1", "2030-05-01T18:00", "yes"]


def without_words(desk: Desk) -> list[Sheet]:
    """The forms that have only numbers, times and choices."""
    member, product = f"/admin/members/{desk.ids['member']}/", f"/admin/products/{desk.ids['product']}/"
    return [
        Sheet(b.ChangeEmail, "blog", "/account/email/", {"email": "new@example.com"}),
        Sheet(b.ChooseNewsletters, "blog", "/account/newsletters/"),
        Sheet(b.JoinNewsletters, "blog", "/newsletters/", {"email": "new@example.com"}),
        Sheet(b.GiveRole, "blog", f"{member}grants/", {"role": "editor"}),
        Sheet(b.Publish, "blog", "/admin/posts/1/publication/"),
        Sheet(b.SignInCode, "blog", "/sign-in/code/"),
        Sheet(c.ChangeQuantity, "cart", "/lines/1/"),
        Sheet(m.AddToBasket, "market", "/products/loaf/basket/"),
        Sheet(m.CountDelivery, "market", f"{product}deliveries/"),
        Sheet(m.Publish, "market", f"{product}publication/", {"is_published": "1"}),
        # The last, for then the account is gone.
        Sheet(b.EraseAccount, "blog", "/account/erasure/"),
    ]


def odd(sheet: Sheet) -> list[dict[str, Any]]:
    """What is usual; then each odd value in all the fields that let it through, or alone where that does not go."""
    usual, sendings = usual_of(sheet), []
    for value in ODD:
        alone = [{name: value} for name in sheet.form.model_fields if takes(sheet, name, value)]
        together = {name: value for one in alone for name in one}
        sendings += [together] if passes(sheet, usual | together) else alone
    return [usual, *(usual | values for values in sendings if values)]


def usual_of(sheet: Sheet) -> dict[str, Any]:
    """No more than the form needs."""
    needed = [name for name, field in sheet.form.model_fields.items() if field.is_required()]
    return {name: next(filter(partial(takes, sheet, name), PLAIN), "") for name in needed} | sheet.base


def takes(sheet: Sheet, name: str, value: str) -> bool:
    return name not in check_form(sheet.form, MultiDict({name: value})).errors


def passes(sheet: Sheet, sent: dict[str, Any]) -> bool:
    return check_form(sheet.form, MultiDict(numbered(sent, 0))).ok


def numbered(sent: dict[str, Any], number: int) -> dict[str, str]:
    return {name: str(value).replace("{n}", f"{number:020d}") for name, value in sent.items()}


async def test_no_form_lets_through_what_breaks_an_answer(house: House, unlimited: None) -> None:
    bob = await house.member("bob@example.com", name="Bob", admin=True)
    desk = Desk(house, await house.signed_in(bob))

    async def with_an_app(number: int) -> dict[str, Any]:
        if number == 0:
            await add_app(house, desk.boss, bob)
        return {}

    desk.more[b.SecondFactor] = with_an_app
    sheets = [*await desk.settle(await house.member()), *without_words(desk)]
    broken = []
    for sheet in [sheet for sheet in sheets if sheet.method == "POST"]:
        assert house.apps[sheet.app].url_map.bind("").match(sheet.path, method="POST")
        for number, data in enumerate(odd(sheet)):
            sent = numbered(data, number) | (await sheet.more(number) if sheet.more else {})
            answer = await desk.send(sheet.app, sheet.path, sent)
            broken += [(sheet.path, sent)] if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR else []

    assert {sheet.form for sheet in sheets} | NOT_FOR_PEOPLE | CALLED >= set(forms())
    assert broken == []
