"""Who adds a column's name to a form changes nothing by it: the form is refused, or nobody looks at what was sent."""

from typing import Any, ClassVar

import httpx
import pytest
from quart import Request
from werkzeug.datastructures import MultiDict

from tests.house import APPS, House
from tests.security import acts, world
from tests.security.desk import Desk
from tests.security.test_extra_fields import READS_NOTHING, REFUSED, columns
from tests.security.test_odd_forms import numbered, usual_of, without_words

# Noted at every visit, and at every question to a device.
BY_THE_WAY = {"user_sessions", "passkey_challenges"}
# What they are sent with is wrong: there are no such consumer, letter, ticket, line and digits.
REFUSED_ANYWAY = {
    "NameConsumer",
    "ReplayLetters",
    "CheckIn",
    "BeginAuthenticator",
    "ConfirmAuthenticator",
    "SecondFactor",
    "ShowPasskey",
    "SignInCode",
    "ChangeQuantity",
    # There are no newsletters to choose from.
    "JoinNewsletters",
    # The last administrator stays.
    "EraseAccount",
}


async def test_a_form_that_is_right_is_refused_with_any_column_more(house: House, unlimited: None) -> None:
    desk = Desk(house, await house.signed_in(await house.member("bob@example.com", name="Bob", admin=True)))
    sheets = [*await desk.settle(await house.member()), *without_words(desk)]
    taken, changed, refused = [], [], set()
    for sheet in [sheet for sheet in sheets if sheet.method == "POST"]:
        right = numbered(usual_of(sheet), 0) | (await sheet.more(0) if sheet.more else {})
        extra = dict.fromkeys(set(columns()) - {*sheet.form.model_fields, *right}, "1")
        before = await world.everything(without=BY_THE_WAY)

        answer = await desk.send(sheet.app, sheet.path, right | extra)

        taken += [(sheet.path, answer.status_code)] if answer.status_code not in REFUSED else []
        after = await world.everything(without=BY_THE_WAY)
        changed += [(sheet.path, table) for table in after if after[table] != before.get(table)]
        without = await desk.send(sheet.app, sheet.path, right)
        refused |= {sheet.form.__name__} if without.status_code >= httpx.codes.BAD_REQUEST else set()

    assert taken == []
    assert changed == []
    # Without the columns the same form goes through, so they were what was refused.
    assert refused <= REFUSED_ANYWAY


class Listening(Request):
    """Notes where somebody looks at the form that was sent."""

    looked: ClassVar[set[str]] = set()

    @property
    def form(self) -> Any:
        self.looked.add(str(self.endpoint))
        return super().form


@pytest.mark.parametrize("name", APPS)
async def test_what_is_said_to_read_nothing_reads_nothing(house: House, name: str) -> None:
    boss = await house.member("bob@example.com", admin=True)
    browser, values = await house.signed_in(boss), await acts.settle(house, boss)
    app = house.apps[name]
    app.request_class = type("Request", (Listening, app.request_class), {})
    Listening.looked.clear()
    rules = [rule for rule in world.rules(app) if "POST" in (rule.methods or ())]

    for rule in rules:
        path = world.path_of(rule, values | {"token": values["order"], "slug": values["hidden"], "public_id": "x"})
        await browser.post(house.url(name, path), data=MultiDict({"surprise": "1"}), follow_redirects=False)

    assert READS_NOTHING[name] & Listening.looked == set()
    # Where a form is read, it is.
    assert len(Listening.looked) >= 3
