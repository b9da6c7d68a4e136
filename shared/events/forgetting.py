"""The log is never changed, with this one exception: the name and address of a member who asked to be forgotten."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# Facts about the member, and every fact about an order of theirs. One statement per table, however long the log is.
_ORDERS = """
    SELECT DISTINCT payload ->> 'order' FROM domain_events
    WHERE payload ? 'order' AND (payload ->> 'user_id' = :user OR {hashed} = :address)
"""
_HASHED = "encode(sha256(convert_to(concat(:key || ':', {payload} ->> 'email'), 'UTF8')), 'hex')"
# What a handler stumbled over may quote the fact it was told.
_ERRORS = """
    UPDATE event_deliveries SET error = ''
    WHERE error <> '' AND (event -> 'payload' ->> 'user_id' = :user OR event -> 'payload' ->> 'order' = ANY(:orders)
                           OR {hashed} = :address)
"""
_TABLES = {"domain_events": "payload", "event_deliveries": "event", "event_schedule": "event"}


async def forget(session: AsyncSession, *, user_id: int, address: str, key: str, instead: str) -> None:
    """`address` is hashed as in shared/db/addresses.py. Doing it twice is doing it once."""
    await session.execute(text("SET LOCAL statement_timeout = '10min'"))
    given = {"user": str(user_id), "address": address, "key": key}
    found = await session.execute(text(_ORDERS.format(hashed=_HASHED.format(payload="payload"))), given)
    orders = [row[0] for row in found]
    values = given | {"orders": orders, "instead": instead}
    await session.execute(text(_ERRORS.format(hashed=_HASHED.format(payload="(event -> 'payload')"))), values)
    for table, column in _TABLES.items():
        await session.execute(text(_update(table, column)), values)


def _update(table: str, column: str) -> str:
    payload = "payload" if column == "payload" else f"({column} -> 'payload')"
    blank = f"{payload} || jsonb_build_object('email', CAST(:instead AS text))"
    blank = f"CASE WHEN {payload} ? 'buyer' THEN {blank} || '{{\"buyer\": \"\"}}' ELSE {blank} END"
    written = blank if column == "payload" else f"jsonb_set({column}, '{{payload}}', {blank})"
    theirs = f"{payload} ->> 'user_id' = :user OR {payload} ->> 'order' = ANY(:orders)"
    return f"""
        UPDATE {table} SET {column} = {written}
        WHERE {payload} ? 'email' AND ({theirs} OR {_HASHED.format(payload=payload)} = :address)
    """  # noqa: S608  The names are those of _TABLES above.
