"""`rose user`, as an operator types it: who may sign in, and who may do what."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from blog.models import Passkey
from blog.services import grants, members
from shared.db.session import get_session, transaction
from shared.models import AuditEntry, Right, Role, UserSession
from shared.utils import utcnow
from tests.factories.blog import a_page
from tests.rose.shell import shell as shell  # noqa: PLC0414  the fixture
from tests.rose.shell import typed

pytestmark = pytest.mark.usefixtures("shell")
BOSS = "bob@example.com"


async def rose(*words: str, **environ: str) -> tuple[int, str]:
    return await typed("user", *words, **environ)


async def rights(email: str) -> tuple[Right, ...]:
    async with get_session(read_only=True) as session:
        return (await members.get_by_email(session, email)).rights


async def test_the_first_administrator_is_made_and_named(database_url: str) -> None:
    code, said = await rose("create", "--admin", "Bob@Example.com", "--name", "Bob")

    assert code == 0
    assert "may sign in as an administrator: the link comes by mail" in said
    assert await rights(BOSS) == (Right(Role.ADMINISTRATOR),)
    assert await rose("list") == (0, "bob@example.com: administrator\n")
    async with get_session(read_only=True) as session:
        assert (await members.get_by_email(session, BOSS)).name == "Bob"


async def test_a_role_is_given_for_one_page_and_taken_back() -> None:
    async with transaction() as session:
        bakery = await a_page(session, title="Mill Bakery")
        await members.welcome(session, "ann@example.com")
    words = ("ann@example.com", "shopkeeper", "--page", "mill-bakery")

    given = await rose("grant", *words)
    held = await rights("ann@example.com")
    taken = await rose("revoke", *words)

    assert given == (0, "ann@example.com is now shopkeeper of mill-bakery.\n")
    assert held == (Right(Role.SHOPKEEPER, ("page", bakery.id)),)
    assert taken == (0, "ann@example.com is no longer shopkeeper of mill-bakery.\n")
    assert await rights("ann@example.com") == ()
    async with get_session(read_only=True) as session:
        acts = list(await session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert acts == ["role.granted", "role.revoked"]


async def test_who_has_lost_every_device_begins_anew() -> None:
    async with transaction() as session:
        bob = await members.welcome(session, BOSS)
        session.add(Passkey(user_id=bob.id, credential_id=b"lost", public_key=b"key", name="Phone"))
        soon = utcnow() + timedelta(days=1)
        session.add(UserSession(user_id=bob.id, token_hash=b"t" * 32, public_id="p", expires_at=soon))

    code, said = await rose("reset", BOSS)

    assert code == 0
    assert "signed out everywhere" in said
    async with get_session(read_only=True) as session:
        assert await session.scalar(select(Passkey.id)) is None
        assert await session.scalar(select(UserSession.id)) is None


async def test_with_nobody_there_the_list_says_how_to_begin() -> None:
    assert await rose("list") == (0, "Nobody holds a role yet: rose user create EMAIL --admin\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["create", "not-an-address"], "rose: not-an-address is not an e-mail address."),
        (["create", "ann@example.com", "--name", "A" * 121], "rose: This name is too long: 120 characters at most."),
        (["grant", "nobody@example.com", "editor"], "rose: There is no member with this address."),
        (["grant", BOSS, "shopkeeper", "--page", "nowhere"], "rose: There is no page with the address nowhere."),
        (["grant", BOSS, "editor", "--page", "dairy"], "rose: This role always holds for the whole site"),
        (["revoke", BOSS, "administrator"], "rose: This is the only administrator: make somebody else one first."),
        (["reset", "erased-1@example.com"], "rose: There is no member with this address."),
    ],
)
async def test_what_cannot_be_done_is_said_in_a_sentence(words: list[str], said: str) -> None:
    async with transaction() as session:
        await a_page(session, slug="dairy")
        await grants.give(session, await members.welcome(session, BOSS), Right(Role.ADMINISTRATOR))
        gone = await members.welcome(session, "erased-1@example.com")
        gone.erased_at = utcnow()

    code, answer = await rose(*words)

    assert (code, answer.strip().startswith(said)) == (1, True), answer
    assert await rights(BOSS) == (Right(Role.ADMINISTRATOR),)


async def test_an_unknown_role_names_those_there_are() -> None:
    code, said = await rose("grant", BOSS, "king")

    assert code == 2
    assert all(role in said for role in Role)


@pytest.mark.parametrize(
    ("database", "said"),
    [
        ("postgresql+asyncpg://nobody@127.0.0.1:1/nothing", "rose: The database does not answer"),
        ("{server}/no_such_database", "rose: The database refused"),
        ("{server}/postgres", "rose: The database refused"),
    ],
    ids=["away", "unknown", "empty"],
)
async def test_a_database_that_is_not_there_is_said_in_a_sentence(database_url: str, database: str, said: str) -> None:
    code, answer = await rose("list", DATABASE_URL=database.format(server=database_url.rpartition("/")[0]))

    assert (code, answer.startswith(said)) == (1, True), answer
