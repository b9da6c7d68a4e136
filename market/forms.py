"""What browsers and other apps may send."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, Field
from werkzeug.datastructures import MultiDict

from market.models.product import Unit
from market.models.words import ALLERGENS
from market.services.filters import Filters
from shared.browser.app.utils.forms import Form
from shared.browser.app.utils.parsing import Id, Money, Quantity, Slug, Wanted
from shared.containers import ContainerType
from shared.drawings import Drawing

DEEPEST_PAGE = 10_000


def _allergen(word: str) -> str:
    if word not in ALLERGENS:
        raise ValueError("Choose from the list of allergens")
    return word


Allergen = Annotated[str, AfterValidator(_allergen)]


class AddToBasket(Form):
    quantity: Wanted = Field(1, title="the quantity")


class ReservationLine(Form):
    item_id: Id
    quantity: Quantity


class Reserve(Form):
    """Cart's wish before any payment: all of it or nothing."""

    order: str = Field(min_length=1, max_length=43)
    until: AwareDatetime
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


class Named(Form):
    """What marketplaces, categories and producers have in common; an empty address is made from the name."""

    name: str = Field(min_length=1, max_length=120, title="a name")
    slug: Slug | None = Field(None, title="the address")

    def columns(self) -> dict[str, Any]:
        return self.model_dump()


class EditMarketplace(Named):
    description: str = Field("", max_length=2000)
    page_id: Id = Field(0, title="a page")

    def columns(self) -> dict[str, Any]:
        kind = ContainerType.PAGE if self.page_id else ContainerType.SITE
        return self.model_dump(exclude={"page_id"}) | {"container_type": kind, "container_id": self.page_id}


class EditCategory(Named):
    name: str = Field(min_length=1, max_length=80, title="a name")
    parent_id: Id | None = Field(None, title="the shelf around it")
    position: int = Field(0, ge=-1000, le=1000)


class EditProducer(Named):
    place: str = Field("", max_length=120)
    story: str = Field("", max_length=5000)
    illustration: Drawing | None = None


class EditProduct(Form):
    title: str = Field(min_length=1, max_length=160, title="a name")
    slug: Slug | None = Field(None, title="the address")
    marketplace_id: Id = Field(title="a marketplace")
    category_id: Id | None = Field(None, title="a category")
    producer_id: Id | None = Field(None, title="a producer")
    description: str = Field("", max_length=20_000)
    price: Money = Field(title="a price")
    vat_rate: int = Field(0, ge=0, le=10_000, title="the VAT rate")
    measure: Decimal = Field(Decimal(1), gt=0, le=1_000_000, max_digits=10, decimal_places=3, title="the amount")
    unit: Unit = Field(Unit.PIECE, title="the unit")
    illustration: Drawing | None = None
    image_url: str | None = Field(None, max_length=500, pattern=r"^(https://|/media/)\S+$", title="the picture")
    allergens: list[Allergen] = Field([], max_length=14)
    labels: list[str] = Field([], max_length=20)
    on_demand: bool = False
    is_published: bool = False


class NewProduct(EditProduct):
    on_hand: int = Field(0, ge=0, le=1_000_000, title="the stock")


class CountDelivery(Form):
    change: int = Field(ge=-100_000, le=100_000, title="how many came in")


class Publish(Form):
    is_published: bool = False
