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

    def say_at_commit(self, name: str, values: str) -> None:
        """`EXECUTE name (values)` just before the COMMIT; if it fails, the transaction is rolled back.

        The values are written as `literal` does.
        """
        self._words.append(f"EXECUTE {name} ({values});")

    async def execute(self, query: str, *args: object, timeout: float | None = None) -> str:  # noqa: ASYNC109
        if not self._words or query not in {COMMIT, ROLLBACK}:
            return await super().execute(query, *args, timeout=timeout)
        words, self._words = self._words, []
        if query == ROLLBACK:
            return await super().execute(ROLLBACK)
        try:
            return await super().execute("".join(words) + COMMIT)
        except asyncpg.PostgresError:
            if self.is_in_transaction():
                await super().execute(ROLLBACK)
            raise

    def was_heard(self) -> None:
        """Raises NotTold."""
        if self._words:
            raise NotTold


def literal(value: str | None) -> str:
    """Means the same whatever standard_conforming_strings says. A NUL no text of PostgreSQL can hold."""
    if value is None:
        return "NULL"
    if "'" in value or "\\" in value:
        value = value.replace("\\", "\\\\").replace("'", "''")
    return f"E'{value}'"
