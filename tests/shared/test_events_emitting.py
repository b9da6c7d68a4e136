"""How facts get into the log: with the COMMIT, beside those of others, and never when the commit is refused."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, ClassVar

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from shared.db.session import create_engine, engine, get_session, transaction, use_engine
from shared.events.bus import DomainFact, emit_event
from shared.events.connection import ConnectionLost, begin
from shared.events.testing import emitted
from shared.events.wakeup import Wire
from shared.models import KeyValue


class NoteLeft(DomainFact):
    name: ClassVar[str] = "tests.note_left"

    words: str

    def key(self) -> str:
        return self.words


@pytest.fixture(autouse=True)
async def _wired(database_url: str) -> AsyncIterator[None]:
    """As in a serving app: the process tells the others by itself."""
    engine = create_engine(database_url)
    use_engine(engine)
    wire = Wire()
    running = asyncio.create_task(wire.run())
    await wire.up.wait()
    yield
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await engine.dispose()
    use_engine(None)


async def leave(words: str, *, with_row: bool) -> None:
    async with transaction() as session:
        emit_event(session, NoteLeft(words=words))
        if with_row:
            session.add(KeyValue(key=words[:100], value=True))


async def notes() -> list[str]:
    async with get_session(read_only=True) as session:
        return [note.words for note in await emitted(session, NoteLeft)]


@pytest.mark.parametrize("words", ["it's", "a \\ b", "\\'; DROP TABLE key_values; --", "$1 $$ %s :name", "naïve – ☕"])
async def test_every_word_arrives_as_it_was(words: str) -> None:
    await leave(words, with_row=True)
    await leave(words, with_row=False)

    assert await notes() == [words, words]


async def test_what_no_text_may_hold_is_refused_with_its_transaction() -> None:
    with pytest.raises(Exception, match=r"invalid byte sequence|unsupported Unicode|0x00"):
        await leave("a\0b", with_row=True)

    assert await notes() == []


async def test_a_commit_that_is_refused_takes_its_fact_with_it_and_the_next_goes_on() -> None:
    async with transaction() as session:
        await session.execute(text("CREATE TABLE late (id int, UNIQUE (id) DEFERRABLE INITIALLY DEFERRED)"))
    for _ in range(3):
        with pytest.raises(DBAPIError):
            async with transaction() as session:
                emit_event(session, NoteLeft(words="refused"))
                await session.execute(text("INSERT INTO late VALUES (1), (1)"))
        await leave("kept", with_row=False)

    assert await notes() == ["kept"] * 3


async def test_a_fact_that_is_refused_takes_its_transaction_with_it() -> None:
    with pytest.raises(DBAPIError):
        await leave("too long for a key " * 10, with_row=True)
    await leave("kept", with_row=True)

    async with get_session(read_only=True) as session:
        assert await session.scalar(text("SELECT count(*) FROM key_values")) == 1
    assert await notes() == ["kept"]


async def test_facts_that_are_written_together_fall_alone() -> None:
    words = [f"note {number}" for number in range(40)]
    words[7] = words[23] = "too long for a key " * 10

    done = await asyncio.gather(*(leave(one, with_row=False) for one in words), return_exceptions=True)

    assert [number for number, error in enumerate(done) if error] == [7, 23]
    assert sorted(await notes()) == sorted(set(words) - {words[7]})


@pytest.mark.parametrize("close", [False, True])
async def test_what_was_taken_back_before_anything_was_sent_is_not_told_with_the_next(close: bool) -> None:
    async with get_session() as session:
        emit_event(session, NoteLeft(words="taken back"))
        await (session.close() if close else session.rollback())
        emit_event(session, NoteLeft(words="kept"))
        await session.commit()
        await session.commit()

    assert await notes() == ["kept"]


@pytest.fixture
def asked() -> list[str]:
    """What this process asks the database, in order; but SQLAlchemy prepares its own INSERT of a row past this ear."""
    found: list[str] = []

    def listen(adapted: Any, _: object) -> None:
        adapted.driver_connection.add_query_logger(lambda query: found.append(query.query))

    event.listen(engine().sync_engine, "connect", listen)
    return found


@pytest.mark.parametrize(
    ("facts", "with_row", "expected"),
    [(1, False, 1), (50, False, 1), (1, True, 2), (50, True, 3)],
    ids=["a fact alone", "facts alone", "a fact that goes with the COMMIT", "facts beside a row"],
)
async def test_whatever_a_transaction_emits_is_one_statement(
    asked: list[str], facts: int, with_row: bool, expected: int
) -> None:
    for turn in range(2):  # the first time, a connection still has to learn
        asked.clear()
        async with transaction() as session:
            if with_row:
                session.add(KeyValue(key=f"row {turn}", value=True))
            for number in range(facts):
                emit_event(session, NoteLeft(words=str(number)))
    told = [words for words in asked if "domain_events" in words or "rose_emit" in words]

    assert (len(told), len(asked)) == (1, expected)
    assert len(await notes()) == facts * 2


async def test_a_transaction_that_cannot_begin_is_told_as_a_connection_that_is_gone() -> None:
    async with engine().connect() as held:
        below = (await held.get_raw_connection()).dbapi_connection
        async with get_session() as other:
            mine = below.driver_connection.get_server_pid()
            await other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": mine})

        with pytest.raises(ConnectionLost):
            await begin(below)

        await held.invalidate()
