"""The desk of somebody who may do everything: what they type, and what has to be there before they can."""

from typing import Any

import httpx
from sqlalchemy import select

import blog.forms
import cart.forms
from blog.models.second_factor import Passkey
from cart.models import OrderLine
from shared.browser.app.utils.forms import Form
from shared.db.session import get_session, transaction
from shared.editor.tree import dump, root
from shared.models import User
from tests.factories.events import a_calendar, a_ticket_type, an_entry
from tests.factories.market import a_category, a_marketplace, a_producer, a_product
from tests.fakes.passkey import SoftPasskey
from tests.house import House
from tests.security import visits
from tests.security.payloads import texts
from tests.security.sheets import ORDER, More, Sheet, sheets

PASSKEYS = "/account/security/passkeys/"
WRITTEN = ("/admin/posts/", "/admin/pages/")
EVENT = "BEGIN:VEVENT\r\nUID:{n}\r\nDTSTART:20300501T180000Z\r\n{lines}END:VEVENT\r\n"
CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{events}END:VCALENDAR\r\n"


class Desk:
    def __init__(self, house: House, boss: httpx.AsyncClient) -> None:
        self.house, self.boss = house, boss
        self.more: dict[type[Form], More] = {
            blog.forms.NewPasskey: self._passkey,
            cart.forms.PlaceOrder: self._basket,
        }

    async def send(self, app: str, path: str, data: dict[str, Any], **more: Any) -> httpx.Response:
        return await self.boss.post(self.house.url(app, path), data=data, follow_redirects=False, **more)

    async def settle(self, member: User) -> list[Sheet]:
        """One of everything that a form may name."""
        async with transaction() as session:
            stall, shelf, maker = await a_marketplace(session), await a_category(session), await a_producer(session)
            free = {"price": 0, "on_hand": 0, "on_demand": True, "marketplace_id": stall.id}
            await a_product(session, slug="loaf", **free)
            rye = await a_product(session)
            calendar = await a_calendar(session, name="Concerts")
            entry = await an_entry(session, calendar=calendar)
            self.place = f"/entries/{entry.id}-{entry.slug}/"
            self.kind = await a_ticket_type(session, entry=entry, price=0, capacity=1000)
        order = await self._order()
        found = {"stall": stall.id, "category": shelf.id, "producer": maker.id, "product": rye.id, "order": order}
        found |= {
            "calendar": calendar.id,
            "entry": entry.id,
            "member": member.id,
            "passkey": await self._first_passkey(),
        }
        async with get_session(read_only=True) as session:
            found["line"] = await session.scalar(select(OrderLine.id).where(OrderLine.kind == "product"))
        self.ids = found
        return sheets(found, self.more)

    async def _order(self) -> str:
        await self._basket(0)
        answer = await self.send("cart", "/checkout/", ORDER | {"name": "Bob", "key": "k" * 20})
        return answer.headers["location"].rstrip("/").rpartition("/")[2]

    async def _first_passkey(self) -> int | None:
        await visits.add_passkey(self.boss, SoftPasskey())
        async with get_session(read_only=True) as session:
            return await session.scalar(select(Passkey.id))

    async def _basket(self, _number: int) -> dict[str, Any]:
        await self.send("market", "/products/loaf/basket/", {"quantity": "20"})
        await self.send("events", f"{self.place}basket/", {f"places-{self.kind.id}": "1"})
        return {}

    async def _passkey(self, _number: int) -> dict[str, Any]:
        options = (await self.boss.post(f"{PASSKEYS}options/")).json()
        return {"credential": SoftPasskey().create(options)}

    async def fill(self, sheet: Sheet) -> list[tuple[dict[str, Any], httpx.Response]]:
        """Every sending of one form, and what was answered."""
        answers = []
        for number, data in enumerate(sheet.sendings()):
            sent = data | (await sheet.more(number) if sheet.more else {})
            answer = await self.send(sheet.app, sheet.path, sent)
            answers.append((sent, answer))
            if sheet.path in WRITTEN and answer.is_redirect:
                await self.boss.post(f"{answer.headers['location'].partition('?')[0]}publication/")
        return answers

    async def show(self, app: str, html: str, slug: str) -> str:
        """The page of a text, of goods or of an entry that is described with it."""
        named = {"title": slug, "slug": slug}
        if app == "blog":
            card = dump(root([{"type": "html", "version": 1, "html": html}]))
            written = await self.send(app, "/admin/posts/", named | {"lexical": card})
            await self.boss.post(f"{written.headers['location'].partition('?')[0]}publication/")
            return self.house.url(app, f"/{slug}/")
        if app == "market":
            goods = {"price": "1", "marketplace_id": self.ids["stall"], "is_published": "1", "description": html}
            await self.send(app, "/admin/products/", named | goods)
            return self.house.url(app, f"/products/{slug}/")
        entry = {"calendar_id": self.ids["calendar"], "starts_at": "2030-05-01T18:00", "status": "published"}
        made = await self.send(app, "/admin/entries/", entry | {"title": slug, "description": html})
        return self.house.url(app, f"/entries/{made.headers['location'].strip('/').split('/')[2]}-{slug}/")

    async def fill_wrongly(self, sheet: Sheet) -> httpx.Response:
        """So that the form is shown again."""
        if sheet.method == "GET":
            return await self.boss.get(self.house.url(sheet.app, sheet.path), params=sheet.wrong())
        return await self.send(sheet.app, sheet.path, sheet.wrong())

    async def bring_in(self, calendar: str) -> httpx.Response:
        """A file of entries from elsewhere."""
        names = ("SUMMARY", "LOCATION", "DESCRIPTION", "URL", "CATEGORIES")
        lines = ["".join(f"{name}:{words}\r\n" for name in names) for words in texts(200)]
        events = "".join(EVENT.format(n=number, lines=words) for number, words in enumerate(lines))
        file = {"file": ("a.ics", CALENDAR.replace("{events}", events).encode(), "text/calendar")}
        return await self.send("events", f"{calendar}import/", {}, files=file)

    async def sign_in_elsewhere(self, user: User) -> None:
        """With browsers that call themselves strange names."""
        for words in texts(300):
            browser = self.house.client()
            browser.headers["User-Agent"] = words
            link = await visits.ask(self.house, browser, user.email)
            await browser.post(visits.path_of(self.house, link))
