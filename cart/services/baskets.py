"""What is in somebody's basket: for the basket page, for the header of every page, and for the apps that fill it."""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import ColumnElement, and_, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cart.models import Basket, BasketLine
from cart.models.basket import PRODUCT_IN_BASKET
from shared.errors import Conflict, Invalid, NotFound


class NoIdentity(Invalid):
    message = "A basket belongs to a member or to a visitor's session; neither was given."


class WrongCurrency(Invalid):
    message = "This is sold in another currency and cannot go into the same basket."


class LineUnknown(NotFound):
    message = "This is no longer in your basket."


class BeingPaid(Conflict):
    message = "This is part of an order that waits for its payment. Change the order first."


class Identity(BaseModel):
    """Whose basket. A member who came as a visitor has both until the visitor's basket is adopted."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    user_id: int | None = Field(None, ge=0, lt=2**63)
    session_id: str | None = Field(None, max_length=43)

    @property
    def known(self) -> bool:
        return self.user_id is not None or self.session_id is not None


class NewLine(BaseModel):
    """What the owner of a thing (market, events) sends when somebody puts it into their basket."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_max_length=500)

    kind: Literal["product", "ticket"]
    item_id: int = Field(ge=0, lt=2**63)
    title: str = Field(min_length=1, max_length=300)
    detail: str | None = Field(None, max_length=300)
    unit_price: int = Field(ge=0, le=100_000_000)
    currency: str = Field(min_length=3, max_length=3)
    vat_rate: int = Field(0, ge=0, le=10_000)
    quantity: int = Field(ge=1, le=999)
    max_quantity: int = Field(ge=1, lt=2**31)
    url: str = ""
    image_url: str | None = None
    container_type: str | None = Field(None, max_length=20)
    container_id: int | None = Field(None, ge=0, lt=2**63)
    hold_id: str | None = Field(None, max_length=64)
    hold_until: AwareDatetime | None = None

    @model_validator(mode="after")
    def a_ticket_has_a_hold(self) -> "NewLine":
        if (self.kind == "ticket") != (self.hold_id is not None and self.hold_until is not None):
            raise ValueError("a ticket comes with its hold, a product without")
        return self


@dataclass(frozen=True)
class Summary:
    count: int
    total: int


def whose(identity: Identity) -> ColumnElement[bool]:
    """The SQL condition for "one of this person's baskets"."""
    return or_(
        and_(Basket.user_id.is_not(None), Basket.user_id == identity.user_id),
        and_(Basket.session_id.is_not(None), Basket.session_id == identity.session_id),
    )


def is_there() -> ColumnElement[bool]:
    """Not removed, and not a ticket whose places have gone back on sale."""
    held = or_(
        BasketLine.order_id.is_not(None),
        BasketLine.hold_until.is_(None),
        BasketLine.hold_until > func.now(),
    )
    return and_(BasketLine.removed_at.is_(None), held)


async def summarize(session: AsyncSession, identity: Identity) -> Summary:
    query = (
        select(func.sum(BasketLine.quantity), func.sum(BasketLine.quantity * BasketLine.unit_price))
        .join(Basket, Basket.id == BasketLine.basket_id)
        .where(whose(identity), is_there())
    )
    count, total = (await session.execute(query)).one()
    return Summary(int(count or 0), int(total or 0))


async def list_lines(session: AsyncSession, identity: Identity) -> list[BasketLine]:
    """With the order each one may be waiting in; lines whose hold is over are among them, removed ones not."""
    query = (
        select(BasketLine)
        .join(Basket, Basket.id == BasketLine.basket_id)
        .where(whose(identity), BasketLine.removed_at.is_(None))
        .options(joinedload(BasketLine.order))
        .order_by(BasketLine.id)
    )
    return list(await session.scalars(query))


async def get_line(session: AsyncSession, identity: Identity, line_id: int, *, lock: bool = False) -> BasketLine:
    """Raises LineUnknown for a line of somebody else's basket too, and BeingPaid while an order waits for it."""
    query = (
        select(BasketLine)
        .join(Basket, Basket.id == BasketLine.basket_id)
        .where(whose(identity), BasketLine.id == line_id)
    )
    line = await session.scalar(query.with_for_update(of=BasketLine) if lock else query)
    if line is None:
        raise LineUnknown
    if line.locked:
        raise BeingPaid
    return line


async def add(session: AsyncSession, identity: Identity, line: NewLine, *, currency: str) -> None:
    """The same product again adds up, as far as there is; the same hold again replaces what was known of it."""
    if line.currency != currency:
        raise WrongCurrency
    basket_id = await open_basket(session, identity)
    values = line.model_dump() | {"basket_id": basket_id}
    statement = _put_ticket(values) if line.kind == "ticket" else _put_product(values)
    await session.execute(statement)


async def open_basket(session: AsyncSession, identity: Identity) -> int:
    """The id of the one that new things go into: the member's before the visitor's."""
    if not identity.known:
        raise NoIdentity
    if identity.user_id is not None:
        owner: dict[str, Any] = {"user_id": identity.user_id}
    else:
        owner = {"session_id": identity.session_id}
    await session.execute(insert(Basket).values(owner).on_conflict_do_nothing())
    found = await session.scalars(select(Basket.id).filter_by(**owner))
    return found.one()


def _put_product(values: dict[str, Any]) -> Any:
    adding = insert(BasketLine).values(values)
    new = adding.excluded
    return adding.on_conflict_do_update(
        index_elements=["basket_id", "item_id"],
        index_where=text(PRODUCT_IN_BASKET),
        set_={
            "quantity": func.least(BasketLine.quantity + new.quantity, new.max_quantity),
            **{name: new[name] for name in ("title", "detail", "unit_price", "vat_rate", "max_quantity", "image_url")},
        },
    )


def _put_ticket(values: dict[str, Any]) -> Any:
    adding = insert(BasketLine).values(values)
    new = adding.excluded
    names = ("title", "detail", "unit_price", "vat_rate", "quantity", "max_quantity", "hold_until")
    return adding.on_conflict_do_update(
        index_elements=["hold_id"],
        set_={**{name: new[name] for name in names}, "removed_at": None},
        where=BasketLine.order_id.is_(None),
    )
