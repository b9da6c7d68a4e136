"""Everything that is held about a member is in the member's file, or there is a reason why not."""

from typing import Any

from tests.house import House
from tests.security import canary

# Where in the file what a table holds is told.
TOLD = {
    "users": "blog.account",
    "audit_entries": "blog.audit_log",
    "product_likes": "market.likes",
    "orders": "cart.orders",
    "refunds": "cart.refunds",
    "baskets": "cart.basket",
    "basket_lines": "cart.basket",
    "tickets": "events.tickets",
    "authors": "blog.authors",
    **{
        table: f"blog.{table}"
        for table in (
            "authenticators",
            "email_changes",
            "email_undos",
            "grants",
            "passkey_challenges",
            "passkeys",
            "recovery_codes",
            "user_newsletters",
            "user_sessions",
        )
    },
}
# What is not told, and why.
LEFT_OUT = {
    "magic_links": "a link to sign in: forgotten after a day, and worth stealing until then",
    "holds": "places kept for what lies in the basket, and then the tickets: both are told",
    "domain_events": "the log: what is told in its own place, once more",
    "event_deliveries": "a copy of a line of the log, for a handler that failed",
    "event_schedule": "a line of the log whose moment is still to come",
}


async def test_every_table_that_knows_a_member_is_told_or_has_a_reason(house: House) -> None:
    await canary.nest(house)

    about = {name.split(".")[0] for name in await canary.columns_of_members()}
    found = {name.split(".")[-2] for name in await canary.columns_with(canary.WORD)}
    known = {*TOLD, *LEFT_OUT}

    pieces = {table for table in found if table.startswith("p0")}
    assert (about | found) - pieces - known == set(), "tell it in the member's file, or say here why not"
    assert known - about - found == set(), "these hold nothing of a member any more"


async def test_nothing_in_the_members_file_is_empty(house: House) -> None:
    """With one of everything planted: a place that is always empty tells nothing."""
    _, browser = await canary.nest(house)

    answer = await browser.get("/account/everything.json")

    assert answer.status_code == 200
    assert [place for place in TOLD.values() if not _at(answer.json(), place)] == []
    for planted in ("A canary sings", "Canary's phone", "Canary/1.0", "The canary could not come", "A. Writer"):
        assert planted in answer.text


async def test_the_file_holds_nothing_to_sign_in_with(house: House) -> None:
    """Whoever finds it in a folder of downloads must not get in with it."""
    _, browser = await canary.nest(house)

    rows = (await browser.get("/account/everything.json")).json()["blog"]

    names = {name for row in _rows(rows) for name in row}
    assert not {"token_hash", "nonce", "sealed_secret", "code_hash", "public_key", "credential_id"} & names


def _at(file: dict[str, Any], place: str) -> Any:
    app, _, name = place.partition(".")
    return file[app].get(name)


def _rows(part: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for value in part.values() for row in (value if isinstance(value, list) else [value])]
