"""The log is never changed, with this one exception: the name and address of a member who asked to be forgotten."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# Facts about the member, and every fact about an order of theirs. One statement per table, however long the log is.
# What another member ordered is not theirs, whoever has its address now; some facts about it name no member.
_ORDERS = """
    SELECT payload ->> 'order', bool_and(payload ->> 'user_id' IS NULL OR payload ->> 'user_id' = :user)
    FROM domain_events WHERE payload ? 'order' AND (payload ->> 'user_id' = :user OR {hashed} = :address) GROUP BY 1
"""
_HASHED = "encode(sha256(convert_to(concat(:key || ':', {payload} ->> 'email'), 'UTF8')), 'hex')"
# What a handler stumbled over may quote the fact it was told.
_ERRORS = """
    UPDATE event_deliveries SET error = ''
    WHERE error <> '' AND {theirs}
"""
_THEIRS = """(
    {payload} ->> 'user_id' = :user OR {payload} ->> 'order' = ANY(:orders)
    OR {hashed} = :address AND {payload} ->> 'user_id' IS NULL
       AND coalesce({payload} ->> 'order', '') <> ALL(:others)
)"""
_TABLES = {"domain_events": "payload", "event_deliveries": "event", "event_schedule": "event"}


async def forget(session: AsyncSession, *, user_id: int, address: str, key: str, instead: str) -> None:
    """`address` is hashed as in shared/db/addresses.py. Doing it twice is doing it once."""
    await session.execute(text("SET LOCAL statement_timeout = '10min'"))
    given = {"user": str(user_id), "address": address, "key": key}
    found = await session.execute(text(_ORDERS.format(hashed=_HASHED.format(payload="payload"))), given)
    theirs: dict[bool, list[str]] = {True: [], False: []}
    for order, is_theirs in found:
        theirs[is_theirs].append(order)
    values = given | {"orders": theirs[True], "others": theirs[False], "instead": instead}
    await session.execute(text(_ERRORS.format(theirs=_theirs("(event -> 'payload')"))), values)
    for table, column in _TABLES.items():
        await session.execute(text(_update(table, column)), values)


def _update(table: str, column: str) -> str:
    payload = "payload" if column == "payload" else f"({column} -> 'payload')"
    blank = f"{payload} || jsonb_build_object('email', CAST(:instead AS text))"
    blank = f"CASE WHEN {payload} ? 'buyer' THEN {blank} || '{{\"buyer\": \"\"}}' ELSE {blank} END"
    written = blank if column == "payload" else f"jsonb_set({column}, '{{payload}}', {blank})"
    return f"""
        UPDATE {table} SET {column} = {written} WHERE {payload} ? 'email' AND {_theirs(payload)}
    """  # noqa: S608  The names are those of _TABLES above.


def _theirs(payload: str) -> str:
    return _THEIRS.format(payload=payload, hashed=_HASHED.format(payload=payload))
