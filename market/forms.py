"""What browsers and other apps may send."""

from datetime import datetime

from pydantic import Field
from werkzeug.datastructures import MultiDict

from market.models.words import ALLERGENS
from market.services.filters import Filters
from shared.browser.app.utils.forms import Form
from shared.browser.app.utils.parsing import Quantity

DEEPEST_PAGE = 10_000


class AddToBasket(Form):
    quantity: Quantity = Field(1, title="the quantity")


class ReservationLine(Form):
    item_id: int
    quantity: Quantity


class Reserve(Form):
    """Cart's wish before any payment: all of it or nothing."""

    order: str = Field(min_length=1, max_length=43)
    until: datetime
    lines: list[ReservationLine] = Field(min_length=1, max_length=200)

    def wanted(self) -> dict[int, int]:
        counted: dict[int, int] = {}
        for line in self.lines:
            counted[line.item_id] = counted.get(line.item_id, 0) + line.quantity
        return counted


def read_filters(
    args: MultiDict[str, str], *, marketplace_id: int | None = None, category: str = "", producer: str = ""
) -> Filters:
    """From an address anybody may have typed: what is not understood is left out. The path goes before the query."""
    return Filters(
        q=args.get("q", "").replace("\x00", "").strip()[:100],
        marketplace_id=marketplace_id,
        category=category or _word(args, "category"),
        producer=producer or _word(args, "producer"),
        labels=tuple(sorted({word.replace("\x00", "")[:30] for word in args.getlist("label") if word})),
        without=tuple(sorted({word for word in args.getlist("without") if word in ALLERGENS})),
        sort=args.get("sort", ""),
        page=read_page(args),
    )


def read_page(args: MultiDict[str, str]) -> int:
    page = args.get("page", "1")
    return min(max(int(page), 1), DEEPEST_PAGE) if page.isascii() and page.isdigit() else 1


def _word(args: MultiDict[str, str], name: str) -> str:
    return args.get(name, "").replace("\x00", "").strip()[:100]
