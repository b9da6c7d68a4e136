"""The list a merchant reconciles against: filters, pages, and links to the next page."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from rose.standins.sumup import moments, refusals
from rose.standins.sumup.standin import StandIn
from rose.standins.sumup.transactions import Transaction

DEFAULT_LIMIT = 10
LONGEST_PAGE = 1000


@dataclass(frozen=True)
class Page:
    items: list[Transaction]
    links: list[dict[str, str]]


def read(standin: StandIn, query: MultiDict[str, str]) -> Page:
    """A page is followed by a link when there is more. The link is a query string, as SumUp's are."""
    limit, descending = _limit(query), _descending(query)
    conditions, values = _conditions(query)
    rows = standin.db.execute(
        f"SELECT * FROM transactions WHERE {' AND '.join(conditions)} "  # noqa: S608  # our own fixed conditions
        f"ORDER BY seq {'DESC' if descending else 'ASC'} LIMIT ?",
        (*values, limit + 1),
    ).fetchall()
    items = [Transaction(**dict(row)) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(items, [_next(query, items[-1], descending=descending)] if more else [])


def _conditions(query: MultiDict[str, str]) -> tuple[list[str], list[Any]]:
    conditions, values = ["1"], list[Any]()
    for name, (condition, convert) in _FILTERS.items():
        if name in query:
            conditions.append(condition)
            values.append(_convert(name, query[name], convert))
    if statuses := query.getlist("statuses[]"):
        conditions.append(f"status IN ({', '.join('?' * len(statuses))})")
        values += statuses
    if (types := query.getlist("types[]")) and "PAYMENT" not in types:
        conditions.append("0")
    return conditions, values


def _next(query: MultiDict[str, str], last: Transaction, *, descending: bool) -> dict[str, str]:
    ref = "newest_ref" if descending else "oldest_ref"
    pairs = [(name, value) for name, value in query.items(multi=True) if name not in ("newest_ref", "oldest_ref")]
    return {"rel": "next", "href": urlencode([*pairs, (ref, str(last.seq))])}


def _limit(query: MultiDict[str, str]) -> int:
    limit = int(_convert("limit", query.get("limit", str(DEFAULT_LIMIT)), int))
    if not 0 < limit <= LONGEST_PAGE:
        raise refusals.invalid("limit", f"expected 1 to {LONGEST_PAGE}")
    return limit


def _descending(query: MultiDict[str, str]) -> bool:
    order = query.get("order", "ascending")
    if order not in ("ascending", "descending"):
        raise refusals.invalid("order", "expected ascending or descending")
    return order == "descending"


def _convert(name: str, text: str, convert: Any) -> Any:
    try:
        return convert(text)
    except (ValueError, OverflowError):
        raise refusals.invalid(name, "cannot be read") from None


_FILTERS: dict[str, tuple[str, Any]] = {
    "transaction_code": ("code = ?", str),
    "changes_since": ("changed_at >= ?", moments.seconds),
    "oldest_time": ("created_at >= ?", moments.seconds),
    "newest_time": ("created_at <= ?", moments.seconds),
    "oldest_ref": ("seq > ?", int),
    "newest_ref": ("seq < ?", int),
}
