"""JSON as it arrives: numbers with a point stay decimal."""

import json
from decimal import Decimal
from typing import Any, NoReturn

from quart import request

from rose.standins.sumup import refusals


async def read_body() -> dict[str, Any]:
    """An empty body is an empty object: a refund of everything is asked for like that."""
    raw = await request.get_data()
    try:
        body = json.loads(raw or b"{}", parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise refusals.invalid("body", "expected a JSON object")
    return body


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)
