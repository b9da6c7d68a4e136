"""What a session from before is worth: nothing when it is over."""

from sqlalchemy import func, select, text, update

from blog.services.schedule import once
from shared.db.session import get_session, transaction
from shared.infrastructure.user_loader import forget_closed_visits
from shared.models import Right, Role, UserSession
from tests.house import House
from tests.security.test_sessions import age, count
from tests.security.visits import who


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
