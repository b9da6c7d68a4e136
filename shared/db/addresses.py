"""Whose rows they are, by number and by address.

Also by an address that nobody writes down any more: by its keyed hash, made by the database itself.
"""

import hashlib
import hmac
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_

ERASED = "erased@erased.invalid"
"""Stands where the address of an erased member stood. `.invalid` belongs to nobody (RFC 2606)."""


def erasure_key(secret_key: str) -> str:
    """The site's key goes into no statement: this one, made from it, does."""
    return hmac.new(secret_key.encode(), b"erasure", hashlib.sha256).hexdigest()


def hash_address(address: str, *, key: str) -> str:
    return hashlib.sha256(f"{key}:{address}".encode()).hexdigest()


def belongs_to(table: Any, user_id: int | None, address: ColumnElement[bool]) -> ColumnElement[bool]:
    """The SQL condition for "this row is that member's": theirs by number, or a guest's with the `address` they proved.

    Never by address alone: a member's rows stay theirs when somebody else has the address they once had.
    """
    mine = table.user_id == user_id if user_id is not None else false()
    return or_(mine, and_(table.user_id.is_(None), address))


def is_address(column: Any, hashed: str, *, key: str) -> ColumnElement[bool]:
    """The SQL condition for "this is the address with that hash". Looks at every row: for rare errands only."""
    salted = func.convert_to(func.concat(f"{key}:", column), "UTF8")
    return func.encode(func.sha256(salted), "hex") == hashed
