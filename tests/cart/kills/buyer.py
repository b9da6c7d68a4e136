"""One buyer who wants two loaves and two places, pays once, and tries again when nothing answers."""

from pathlib import Path

import httpx
from sqlalchemy import text

from events.services import sweeper
from shared.db.session import transaction
from tests.cart.kills.failpoints import Failpoints
from tests.cart.visitors import Shop, Visitor
from tests.fakes.sumup import PAYS
from tests.house import House

KEY, TOKEN, TOTAL = "the-same-page-again", "t" * 43, 2 * 420 + 2 * 1200
DRAFTS_OVERDUE = text("UPDATE orders SET pay_until = now() WHERE status = 'draft'")
HOLDS_OVER = text("UPDATE holds SET until = now() WHERE state = 'active'")


class Buyer(Visitor):
    """`pressed` is what the browser remembers: from then on it sends the same page again."""

    def __init__(self, house: House, shop: Shop, points: Failpoints, pressed: Path) -> None:
        super().__init__(house, shop)
        self.points, self.pressed = points, pressed
        self.browser.cookies.set("sid", TOKEN, domain="localhost.local")
        self.settler = house.apps["cart"].extensions["settler"]

    async def buy(self) -> None:
        if not self.pressed.exists():
            await self.fill()
            self.pressed.touch()
        page = await self.place()
        if "/pay/" in page:
            back = self.tap(page)
            checkout_id = page.rsplit("/", 1)[-1]
            await self.browser.post(self.house.url("cart", "/webhooks/sumup/"), json=hint(checkout_id))
            page = back if "/orders/" in back else self.house.url("cart")
        await self.settle()
        assert (await self.browser.get(page)).status_code == 200

    async def fill(self) -> None:
        basket = await self.basket()
        await self.choose(loaves=0 if "Rye loaf" in basket else 2, places=0 if "Barn concert" in basket else 2)

    async def place(self) -> str:
        """Where the button leads to in the end: SumUp's page, or the paid order's."""
        form = {"name": "Cy", "email": "cy@example.com", "total": str(TOTAL), "key": KEY}
        for _ in range(8):
            answer = await self.send(form)
            if answer.status_code == 303:
                return answer.headers["location"]
            assert answer.status_code in {409, 503}, answer.text
            if answer.status_code == 503:
                await self.wait_until_drafts_are_given_up()
            else:
                await self.mend()
        raise AssertionError(answer.text)

    async def mend(self) -> None:
        """As the basket page says: what ran out is removed, and chosen again."""
        while "has run out" in (basket := await self.basket()):
            await self.press(basket, "Take them again")
        await self.fill()

    def tap(self, page: str) -> str:
        """Back at the shop; also when this was paid before."""
        answer = httpx.post(page, data={"test_card": PAYS})
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    async def settle(self) -> None:
        """What runs in the background of the apps."""
        await self.settler.step()
        await self.house.deliver()

    async def wait_until_drafts_are_given_up(self) -> None:
        await self._later(DRAFTS_OVERDUE)
        await self.settler.sweep()
        await self.settle()

    async def wait_until_holds_are_over(self) -> None:
        await self._later(HOLDS_OVER)
        async with self.house.apps["events"].app_context():
            await sweeper.sweep()
        await self.settle()

    async def _later(self, clock: object) -> None:
        counting, self.points.counting = self.points.counting, False
        async with transaction() as session:
            await session.execute(clock)  # type: ignore[call-overload]
        self.points.counting = counting


def hint(checkout_id: str) -> dict[str, str]:
    return {"event_type": "CHECKOUT_STATUS_CHANGED", "id": checkout_id}
