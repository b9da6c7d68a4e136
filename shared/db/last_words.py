"""Statements that go out with the COMMIT, in one message: a round trip less for whoever only wants to be heard.

asyncpg sends a script without arguments as it is, so values are written into it as literals, and statements are
prepared by name once for each connection. Both need a connection that no transaction pooler stands before.
"""

from typing import TYPE_CHECKING, Any

import asyncpg

if TYPE_CHECKING:
    from asyncpg import Record

    _Base = asyncpg.Connection[Record]
else:
    _Base = asyncpg.Connection

COMMIT, ROLLBACK = "COMMIT;", "ROLLBACK;"


class NotTold(RuntimeError):
    """The transaction ended without its last words: asyncpg no longer commits as this file expects."""


class TalkingConnection(_Base):
    """Handed to asyncpg as `connection_class`, which sends its COMMIT through `execute`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._words: list[str] = []
        self._prepared: set[str] = set()

    def knows(self, name: str) -> bool:
        return name in self._prepared

    async def learn(self, name: str, types: str, statement: str) -> None:
        """Prepared for as long as the connection lives, whatever becomes of the transaction."""
        await super().execute(f"PREPARE {name} ({types}) AS {statement}")
        self._prepared.add(name)

    def say_at_commit(self, name: str, *values: str | int | None) -> None:
        """`EXECUTE name (values)` just before the COMMIT; if it fails, the transaction is rolled back."""
        self._words.append(f"EXECUTE {name} ({','.join(map(literal, values))});")

    def takes(self, *values: str | None) -> bool:
        """Can they be written as literals? What cannot goes with a statement of its own."""
        plain = self.get_settings().standard_conforming_strings == "on"
        return plain and not any(value is not None and "\0" in value for value in values)

    async def execute(self, query: str, *args: object, timeout: float | None = None) -> str:  # noqa: ASYNC109
        if self._words and query in {COMMIT, ROLLBACK}:
            words, self._words = self._words, []
            if query == COMMIT:
                return await self._commit_after("".join(words))
        return await super().execute(query, *args, timeout=timeout)

    async def _commit_after(self, words: str) -> str:
        try:
            return await super().execute(words + COMMIT)
        except asyncpg.PostgresError:
            if self.is_in_transaction():
                await super().execute(ROLLBACK)
            raise

    def was_heard(self) -> None:
        """Raises NotTold."""
        if self._words:
            raise NotTold


def literal(value: str | int | None) -> str:
    """For a server whose strings take backslashes as they are (standard_conforming_strings)."""
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
