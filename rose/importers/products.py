"""Products from a CSV file with the columns of Open Food Network's product import."""

import asyncio
import csv
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, field_validator
from werkzeug.datastructures import MultiDict

from market.models.product import Unit
from market.services import imports
from market.services.imports import ImportedProduct, Terms
from rose.importers.summary import Summary
from shared.browser.app.utils.forms import Form, check_form
from shared.browser.app.utils.parsing import Money
from shared.config import Settings
from shared.db.session import transaction
from shared.errors import Invalid
from shared.utils import host_url

Progress = Callable[[int, int], None]
# How Open Food Network names units, as ours: how many of ours one of theirs is.
UNITS: dict[str, tuple[Decimal | int, Unit]] = {
    "g": (1, Unit.GRAM),
    "kg": (1, Unit.KILOGRAM),
    "t": (1000, Unit.KILOGRAM),
    "oz": (Decimal("28.35"), Unit.GRAM),
    "lb": (Decimal("453.592"), Unit.GRAM),
    "ml": (1, Unit.MILLILITRE),
    "cl": (10, Unit.MILLILITRE),
    "dl": (100, Unit.MILLILITRE),
    "l": (1, Unit.LITRE),
    "kl": (1000, Unit.LITRE),
}
ON_DEMAND = ("1", "true", "yes", "y")


class FileWrong(Invalid):
    message = "This file cannot be read as a list of products."


class Row(Form):
    """A line of the file. Other columns are passed over."""

    producer: str = Field(min_length=1, max_length=120)
    sku: str = Field(min_length=1, max_length=80)
    name: str = Field(min_length=1, max_length=160)
    display_name: str = Field("", max_length=160)
    category: str = Field("", max_length=80)
    description: str = Field("", max_length=20_000)
    units: Decimal = Field(Decimal(1), gt=0, le=1_000_000)
    unit_type: str = ""
    variant_unit_name: str = ""
    price: Money
    on_hand: Annotated[int, BeforeValidator(lambda typed: typed or 0)] = Field(0, ge=0, le=1_000_000)
    on_demand: str = ""

    @field_validator("unit_type")
    @classmethod
    def a_known_unit(cls, typed: str) -> str:
        if typed and typed.lower() not in UNITS:
            raise ValueError(f'must be one of {", ".join(UNITS)} or empty, not "{typed}"')
        return typed.lower()

    def product(self) -> ImportedProduct:
        factor, unit = UNITS.get(self.unit_type, (1, self._counted()))
        return ImportedProduct(
            producer=self.producer,
            sku=self.sku,
            title=self._title(),
            category=self.category,
            description=self.description,
            price=self.price,
            measure=(self.units * factor).quantize(Decimal("0.001")),
            unit=unit,
            on_hand=self.on_hand,
            on_demand=self.on_demand.lower() in ON_DEMAND,
        )

    def _title(self) -> str:
        if self.display_name in {"", self.name}:
            return self.name
        return f"{self.name}, {self.display_name}"[:160]

    def _counted(self) -> Unit:
        name = self.variant_unit_name.lower()
        return Unit(name) if name in set(Unit) else Unit.PIECE


NEEDED = [name for name, column in Row.model_fields.items() if column.is_required()]


async def run(path: Path, settings: Settings, *, progress: Progress, marketplace: str | None = None) -> Summary:
    """Rows that are right come in together; the others are refused with their number and the reason.

    Into the marketplace with that slug, else into one of each row's producer. Raises FileWrong.
    """
    rows = read(await asyncio.to_thread(path.read_bytes))
    summary = Summary(read=len(rows))
    wanted = check(rows, summary)
    terms = Terms(settings.site.currency, host_url(settings, "blog"), marketplace)
    async with transaction() as session:
        for outcome in await imports.bring(session, wanted, terms):
            setattr(summary, outcome, getattr(summary, outcome) + 1)
    progress(len(rows), len(rows))
    return summary


def read(content: bytes) -> list[dict[str, str]]:
    """Raises FileWrong, with one sentence that says how to mend the file."""
    try:
        lines = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        rows = [{key: value or "" for key, value in row.items() if isinstance(key, str)} for row in lines]
    except UnicodeDecodeError:
        raise FileWrong("This file is not UTF-8 text. Save it as “CSV UTF-8” and try again.") from None
    except csv.Error as error:
        raise FileWrong(f"This file is no CSV that can be read: {error}.") from error
    if missing := [name for name in NEEDED if name not in (lines.fieldnames or [])]:
        raise FileWrong(f"The first line must name the columns; missing: {', '.join(missing)}.")
    return rows


def check(rows: list[dict[str, str]], summary: Summary) -> list[ImportedProduct]:
    found: dict[tuple[str, str], ImportedProduct] = {}
    for number, row in enumerate(rows, 2):
        known = {name: value.replace("\x00", "") for name, value in row.items() if name in Row.model_fields}
        form = check_form(Row, MultiDict(known))
        if not form.ok:
            summary.refuse(f"row {number}", "; ".join(form.errors.values()))
        elif (product := form.value.product()).key in found:
            summary.refuse(f"row {number}", f"SKU {product.sku} of {product.producer} stands in the file twice")
        else:
            found[product.key] = product
    return list(found.values())
