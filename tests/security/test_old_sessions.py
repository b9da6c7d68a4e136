"""What a session from before is worth: nothing when it is over, and no right that came later."""

from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from blog.services import grants
from blog.services.schedule import once
from shared.config import Settings
from shared.db.session import get_session, transaction
from shared.infrastructure.user_loader import forget_closed_visits
from shared.models import Right, Role, User, UserSession
from tests.house import House
from tests.security.test_sessions import age, count
from tests.security.visits import add_app, ask, is_let_in, path_of, who


async def test_what_is_over_is_forgotten_with_the_browsers_name(house: House) -> None:
    """A visitor's, too, who had something in a basket; a basket in use keeps its session."""
    ann, editor = await house.member(), await house.member("bob@example.com", rights=[Right(Role.EDITOR)])
    for member in (ann, editor):
        await house.signed_in(member)
    visitors = [UserSession(token_hash=bytes([n]) * 32, public_id=f"{n}", expires_at=func.now()) for n in range(3)]
    async with transaction() as session:
        session.add_all(visitors)
        await session.flush()
        await session.execute(update(UserSession).values(expires_at=func.now() + text("interval '90 days'")))
    await age("used_at", "13 days")
    kept = await house.signed_in(editor)
    async with transaction() as session:
        unused = UserSession.public_id.in_(["0", "1"])
        await session.execute(update(UserSession).where(unused).values(used_at=func.now() - text("interval '15 days'")))

    await once()

    async with get_session(read_only=True) as session:
        left = list(await session.scalars(select(UserSession.user_id).order_by(UserSession.id)))
    assert left == [ann.id, None, editor.id]
    assert await who(kept) == editor.email


async def test_of_very_many_some_are_forgotten_each_time(house: House) -> None:
    ann = await house.member()
    for _ in range(5):
        await house.signed_in(ann)
    await age("created_at", "1 year")

    left = []
    for _ in range(3):
        async with transaction() as session:
            await forget_closed_visits(session, at_once=2)
        left.append(await count())

    assert left == [3, 1, 0]


@pytest.mark.parametrize("needs_factor", [True, False])
@pytest.mark.parametrize("change", [grants.give, grants.take], ids=["given", "taken"])
async def test_a_cookie_from_before_a_role_came_or_went_opens_nothing_more(
    settings: Settings, change: Any, needs_factor: bool
) -> None:
    """Only who proves anew who they are has the new rights, with a new cookie."""
    features = settings.features.model_copy(update={"staff_second_factor": needs_factor})
    house = House(settings.model_copy(update={"features": features}))
    held, changed = Right(Role.EDITOR), Right(Role.TREASURER)
    ann = await house.member(rights=[held, *([changed] if change is grants.take else [])])
    browser = await house.signed_in(ann)
    before = browser.cookies["sid"]
    was_in = await is_let_in(browser)

    async with transaction() as session:
        await change(session, await session.get_one(User, ann.id), changed)
    asked = await browser.get("/admin/", follow_redirects=False)
    signed_in_still = await who(browser)
    link = await ask(house, browser, ann.email)
    await browser.post(path_of(house, link))
    if needs_factor:
        await add_app(house, browser, ann)

    assert was_in
    assert asked.status_code == 303
    assert "/sign-in/" in asked.headers["location"]
    assert signed_in_still == ann.email
    assert await is_let_in(browser)
    assert browser.cookies["sid"] != before
    await house.aclose()
