"""What a browser may send."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, Field

from events.models import COLOURS
from shared.browser.app.utils.forms import Form
from shared.browser.app.utils.parsing import Id, Money, Slug, small_number
from shared.drawings import Drawing
from shared.errors import Invalid


class NothingChosen(Invalid):
    message = "Choose how many places you would like."


class NotANumber(Invalid):
    message = "The number of places must be a whole number."


def chosen_places(sent: Mapping[str, str]) -> dict[int, int]:
    """The fields `places-<ticket type id>` of an entry's page. Raises NothingChosen, NotANumber."""
    fields = {key.removeprefix("places-"): value.strip() for key, value in sent.items() if key.startswith("places-")}
    try:
        chosen = {small_number(type_id): int(quantity or 0) for type_id, quantity in fields.items()}
    except ValueError:
        raise NotANumber from None
    if any(not 0 <= quantity <= 999 for quantity in chosen.values()):  # noqa: PLR2004
        raise NotANumber
    wanted = {type_id: quantity for type_id, quantity in chosen.items() if quantity}
    if not wanted:
        raise NothingChosen
    return wanted


class SaveCalendar(Form):
    name: str = Field(title="a name", max_length=120)
    slug: Slug | None = Field(None, title="address")
    description: str = Field("", max_length=2000)
    colour: Literal[COLOURS] = Field("rose")  # type: ignore[valid-type]
    container: str = Field("site:0", pattern=r"^(site:0|page:\d{1,18})$", title="page")


class SaveEntry(Form):
    """Times are as typed, in the site's zone."""

    title: str = Field(title="a title", max_length=200)
    calendar_id: Id = Field(title="calendar")
    starts_at: datetime = Field(title="when it begins")
    ends_at: datetime | None = Field(None, title="when it ends")
    all_day: bool = False
    venue: str = Field("", max_length=200)
    summary: str = Field("", max_length=300)
    description: str = Field("", max_length=50_000)
    image_url: str | None = Field(None, max_length=500, pattern=r"^(https?://|/)\S+$", title="address of the picture")
    illustration: Drawing | None = None
    status: Literal["draft", "published", "cancelled"] = "draft"
    weeks: int = Field(1, ge=1, le=52, title="number of weeks")


class SaveTicketType(Form):
    name: str = Field(title="a name", max_length=80)
    note: str = Field("", max_length=200)
    price: Money = Field(title="price")
    capacity: int = Field(ge=0, le=100_000, title="number of places")
    vat_percent: int = Field(0, ge=0, le=100, title="VAT")
    max_per_order: int = Field(10, ge=1, le=100, title="most in one order")
    sale_from: datetime | None = Field(None, title="start of the sale")
    sale_until: datetime | None = Field(None, title="end of the sale")


class CheckIn(Form):
    code: str = Field(title="the code on the ticket", max_length=200)


class BindHolds(Form):
    """What cart sends when an order is placed."""

    order: str = Field(max_length=43)
    until: AwareDatetime
    holds: list[str] = Field(min_length=1)


class ChangeHold(Form):
    quantity: int = Field(ge=1, le=999)
