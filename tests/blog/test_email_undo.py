"""From the address before, an owner takes the account back: whole, and without whoever was in it."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pyotp
import pytest
from sqlalchemy import select, text

from blog.models import Author, Passkey
from cart.models import Order
from cart.services.baskets import Identity
from market.models import Like
from shared.config import Settings
from shared.db.session import get_session, transaction
from shared.models import Grant, User
from tests.blog.test_email_change import address_of, changed, is_signed_in
from tests.factories.cart import a_line, a_placed_order, in_basket
from tests.factories.market import a_product
from tests.fakes.mail import MailFake
from tests.fakes.passkey import SoftPasskey
from tests.house import House, settings_for
from tests.security.canary import bought
from tests.security.test_passkeys import show_passkey
from tests.security.visits import SECURITY, add_app, add_passkey, by_mail, pending_secret, state_of, who

OLD, NEW = "ann@example.com", "thief@example.com"


@pytest.fixture
def settings(database_url: str, tmp_path: Path, mail: MailFake) -> Settings:
    return settings_for(database_url, home=tmp_path, smtp_url=mail.url)


@pytest.fixture
async def ann(house: House) -> User:
    return await house.member(OLD)


@pytest.fixture
async def thief(house: House, ann: User) -> httpx.AsyncClient:
    """Has found her browser open."""
    return await house.signed_in(ann)


async def id_of(address: str) -> int | None:
    async with get_session(read_only=True) as session:
        return await session.scalar(select(User.id).where(User.email == address))


async def test_what_was_set_up_since_lets_nobody_in(
    house: House, mail: MailFake, ann: User, thief: httpx.AsyncClient
) -> None:
    way_back = await changed(house, mail, thief, OLD, NEW)
    device = SoftPasskey()
    await add_passkey(thief, device)
    await add_app(house, thief, ann)
    await thief.post(f"{SECURITY}recovery-codes/")
    settled = await state_of(ann)

    await house.client().post(way_back)
    again = await show_passkey(house.client(), device)
    owner = await by_mail(house, ann)

    assert all(settled)
    assert await state_of(ann) == ([], None, [])
    assert again.status_code == 422
    assert await who(owner) == OLD
    # Nothing more to show than the mail: the account is the owner's to change.
    assert (await owner.get("/account/erasure/")).url.path == "/account/erasure/"


async def test_an_app_that_was_begun_before_and_confirmed_after_is_gone_too(
    house: House, mail: MailFake, ann: User, thief: httpx.AsyncClient
) -> None:
    await thief.post(f"{SECURITY}authenticator/")
    app = pyotp.TOTP(await pending_secret(house, ann))
    way_back = await changed(house, mail, thief, OLD, NEW)
    await thief.post(f"{SECURITY}authenticator/confirm/", data={"code": app.now()})
    confirmed = await state_of(ann)

    await house.client().post(way_back)

    assert confirmed[1] is not None
    assert await state_of(ann) == ([], None, [])


async def test_what_was_there_before_stays(house: House, mail: MailFake, ann: User, thief: httpx.AsyncClient) -> None:
    device = SoftPasskey()
    await add_passkey(thief, device)
    await add_app(house, thief, ann)
    before = await state_of(ann)
    way_back = await changed(house, mail, thief, OLD, NEW)

    await house.client().post(way_back)
    owner = house.client()
    await show_passkey(owner, device)

    assert await state_of(ann) == before
    assert await who(owner) == OLD


async def test_the_owner_hears_that_it_was_taken_away(
    house: House, mail: MailFake, ann: User, thief: httpx.AsyncClient
) -> None:
    way_back = await changed(house, mail, thief, OLD, NEW)
    await add_passkey(thief, SoftPasskey())
    await house.client().post(way_back)
    await house.deliver()

    assert str(mail.to(OLD)[-1]["Subject"]) == "Passkeys, apps and codes that were new were removed"


async def test_an_erasure_that_was_asked_for_since_is_called_off(
    house: House, mail: MailFake, ann: User, thief: httpx.AsyncClient
) -> None:
    way_back = await changed(house, mail, thief, OLD, NEW)
    await thief.post("/account/erasure/", data={"understood": "yes"})

    await house.client().post(way_back)

    async with get_session(read_only=True) as session:
        assert (await session.get_one(User, ann.id)).erase_at is None


async def test_who_signs_in_with_the_address_first_still_takes_the_account_back(
    house: House, mail: MailFake, ann: User, thief: httpx.AsyncClient
) -> None:
    """As is natural; which makes a new account, with an empty basket and the newsletters for newcomers."""
    guests = await a_placed_order(a_line(), email=OLD)
    way_back = await changed(house, mail, thief, OLD, NEW)
    owner = await by_mail(house, User(email=OLD))
    newcomer = await id_of(OLD)

    done = await owner.post(way_back)
    await house.deliver()

    assert newcomer not in {None, ann.id}
    assert "Your address is back" in done.text
    assert await address_of(ann) == OLD
    assert not await is_signed_in(owner)
    assert not await is_signed_in(thief)
    async with get_session(read_only=True) as session:
        assert (await session.get_one(User, newcomer)).erased_at is not None
        assert (await session.get_one(Order, guests.id)).email == OLD


async def has_a_role(newcomer: User) -> None:
    async with transaction() as session:
        session.add(Grant(user_id=newcomer.id, role="editor"))


async def has_a_passkey(newcomer: User) -> None:
    async with transaction() as session:
        session.add(Passkey(user_id=newcomer.id, credential_id=b"c", public_key=b"k", name="Phone"))


async def has_written(newcomer: User) -> None:
    async with transaction() as session:
        session.add(Author(name="A. Writer", slug="a-writer", user_id=newcomer.id))


async def is_spoken_of(newcomer: User) -> None:
    async with transaction() as session:
        (await session.get_one(User, newcomer.id)).note = "Brings the eggs"


async def likes_something(newcomer: User) -> None:
    async with transaction() as session:
        session.add(Like(user_id=newcomer.id, product_id=(await a_product(session)).id))


async def has_a_basket(newcomer: User) -> None:
    await in_basket(a_line(), of=Identity(user_id=newcomer.id))


async def has_bought(newcomer: User) -> None:
    await bought(newcomer)


async def is_older(newcomer: User) -> None:
    async with transaction() as session:
        await session.execute(text(f"UPDATE users SET created_at = now() - interval '1 year' WHERE id = {newcomer.id}"))


HOLDS = [has_a_role, has_a_passkey, has_written, is_spoken_of, likes_something, has_a_basket, has_bought, is_older]


@pytest.mark.parametrize("holds", HOLDS, ids=lambda holds: holds.__name__)
async def test_an_account_that_is_not_empty_keeps_the_address_and_it_is_said_whom_to_write_to(
    house: House, mail: MailFake, ann: User, thief: httpx.AsyncClient, holds: Callable[[User], Awaitable[None]]
) -> None:
    way_back = await changed(house, mail, thief, OLD, NEW)
    newcomer = await house.member(OLD)
    await holds(newcomer)

    answer = await house.client().post(way_back)

    assert answer.status_code == 409
    assert "Write to hello@roseash.example" in answer.text
    assert (await address_of(ann), await address_of(newcomer)) == (NEW, OLD)


async def test_while_another_app_is_away_nothing_is_guessed(
    house: House, mail: MailFake, ann: User, thief: httpx.AsyncClient
) -> None:
    way_back = await changed(house, mail, thief, OLD, NEW)
    await house.member(OLD)
    house.stop("cart")

    answer = await house.client().post(way_back)

    assert answer.status_code == 503
    assert await address_of(ann) == NEW
