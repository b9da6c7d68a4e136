"""A form takes what it has fields for, and nothing that somebody adds to it."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from werkzeug.datastructures import MultiDict

import blog
import cart
import events
import market
from cart.services.baskets import Identity
from shared.browser.app.utils.forms import UNKNOWN, Form, check_form
from shared.db.base import Base
from shared.db.session import transaction
from tests.factories.cart import a_line, in_basket
from tests.factories.market import a_product
from tests.house import APPS, House
from tests.security import world

# They change what their address names, or ask SumUp or a passkey; nothing that a form sends is read.
READS_NOTHING: dict[str, set[str]] = {
    "blog": {
        *(f"admin_{name}.destroy" for name in ("authors", "menu", "newsletters", "tags", "posts", "members")),
        *(f"admin_{name}.destroy" for name in ("bus", "page_caches", "pauses", "publications", "sessions")),
        "admin_sessions.remove_factors",
        "authenticators.create_recovery_codes",
        "authenticators.destroy",
        "email_undos.update",
        "emails.destroy",
        "emails.update",
        "passkeys.destroy",
        "passkeys.options",
        "second_factor.options",
        "security.end_others",
        "security.end_session",
        "sign_in.update",
        "sign_out.create",
    },
    "market": {
        *(f"admin_{name}.destroy" for name in ("categories", "marketplaces", "producers", "products")),
        "likes.create",
        "likes.destroy",
    },
    "cart": {
        "admin_cancellations.create",
        "admin_refunds.update",
        "cancellations.create",
        "lines.destroy",
        "lines.extend",
        "lines.restore",
        "payments.create",
        "webhooks.create",
    },
    "events": {*(f"admin_{name}.destroy" for name in ("calendars", "check_ins", "entries", "ticket_types"))},
}
REFUSED = {400, 409, 415, 422}


@pytest.mark.parametrize("name", APPS)
async def test_no_route_takes_a_field_that_its_form_has_not(house: House, name: str) -> None:
    app, boss = house.apps[name], await house.member("bob@example.com", admin=True)
    values = await world.build(house, boss)
    async with transaction() as session:
        values["slug"] = (await a_product(session)).slug
    await in_basket(a_line(item_id=2), of=Identity(user_id=boss.id))
    values["token"] = values["order"] if name == "cart" else values["ticket"]
    browser = await house.signed_in(boss)
    browser.follow_redirects = False
    # In the middle of setting up a second factor, which is when its digits are asked for.
    await browser.post("/account/security/authenticator/")

    got = {}
    for rule in app.url_map.iter_rules():
        known = rule.rule.startswith(("/static", "/internal")) or rule.endpoint in READS_NOTHING[name]
        if "POST" in (rule.methods or ()) and not known:
            answer = await browser.post(house.url(name, world.path_of(rule, values)), data={"surprise": "1"})
            got[rule.endpoint] = answer.status_code

    assert {endpoint: status for endpoint, status in got.items() if status not in REFUSED} == {}


def forms() -> Iterator[type[Form]]:
    """Those of the apps: tests, and readers of files, have forms of their own."""
    for app in (blog, cart, events, market):
        for module in pkgutil.walk_packages(app.__path__, f"{app.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    waiting = list(Form.__subclasses__())
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        if form.__module__.partition(".")[0] in {*APPS, "shared"}:
            yield form


def columns() -> list[str]:
    return sorted({column.name for table in Base.metadata.tables.values() for column in table.columns})


@pytest.mark.parametrize("form", sorted(set(forms()), key=str), ids=lambda form: form.__name__)
def test_no_form_takes_a_column_it_has_no_field_for(form: type[Form]) -> None:
    extra = [name for name in columns() if name not in form.model_fields]

    taken = [name for name in extra if check_form(form, MultiDict({name: "1"})).errors.get("") != UNKNOWN]

    assert taken == []
