"""A browser without JavaScript that goes shopping, and what the shop has."""

import re
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import select

from cart.models import Order
from events.models import TicketType
from market.models import Product
from shared.db.session import get_session
from tests.house import House


@dataclass
class Shop:
    loaf: Product
    concert: TicketType
    path: str


class Visitor:
    """A browser without JavaScript that fills a basket and goes to the till."""

    def __init__(self, house: House, shop: Shop) -> None:
        self.house = house
        self.shop = shop
        self.browser = house.client()

    async def choose(self, *, loaves: int = 0, places: int = 0) -> None:
        if loaves:
            path = f"/products/{self.shop.loaf.slug}/basket/"
            await self._post("market", path, {"quantity": str(loaves)})
        if places:
            await self._post("events", f"{self.shop.path}basket/", {f"places-{self.shop.concert.id}": str(places)})

    async def basket(self) -> str:
        return (await self.browser.get(self.house.url("cart", "/"))).text

    async def form(self) -> dict[str, str]:
        page = (await self.browser.get(self.house.url("cart", "/checkout/"))).text
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        return hidden | {"name": "Cy", "email": "Cy@Example.com"}

    async def send(self, form: dict[str, str]) -> httpx.Response:
        """As the button does; where it leads to, not followed."""
        url = self.house.url("cart", "/checkout/")
        return await self.browser.post(url, data=form, follow_redirects=False)

    async def order(self) -> httpx.Response:
        return await self.send(await self.form())

    async def press(self, text: str, label: str) -> httpx.Response:
        """The form of this page whose button says so."""
        forms = re.findall(r'<form[^>]*action="([^"]+)"[^>]*>(.*?)</form>', text, re.DOTALL)
        action, inner = next((url, inner) for url, inner in forms if label in inner)
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', inner))
        return await self.browser.post(action, data=fields)

    async def _post(self, app: str, path: str, form: dict[str, Any]) -> None:
        answer = await self.browser.post(self.house.url(app, path), data=form, follow_redirects=False)
        assert answer.status_code == 303, answer.text


async def the_order() -> Order:
    async with get_session(read_only=True) as session:
        return (await session.scalars(select(Order))).one()


async def stock(shop: Shop) -> tuple[int, int]:
    """Loaves held and sold."""
    async with get_session(read_only=True) as session:
        found = await session.get_one(Product, shop.loaf.id)
    return found.held, found.sold
