"""What every page knows beside its own data: the member, the basket, the menu."""

from dataclasses import dataclass, field
from typing import Any

from quart import Quart, current_app, g, request
from sqlalchemy import select

from shared.browser.app.redis_cacher import is_for_everyone, kept_value
from shared.infrastructure.cart_loader import load_basket
from shared.models import MenuItem


@dataclass
class MenuEntry:
    label: str
    url: str
    children: list["MenuEntry"] = field(default_factory=list)


def use_context(app: Quart) -> None:
    app.context_processor(page_context)


async def page_context() -> dict[str, Any]:
    return {
        "user": g.get("user"),
        "basket": await _basket(),
        "menu": await load_menu(),
        "request_path": request.path,
        "for_everyone": is_for_everyone(),
        "public": _is_public(),
    }


def _is_public() -> bool:
    """Whether the page is made for everyone, kept this time or not: such pages are for search engines too."""
    return hasattr(current_app.view_functions.get(request.endpoint or ""), "page_policy")


async def _basket() -> Any:
    # Nobody shops at the desk.
    if request.path.startswith("/admin/"):
        return None
    # A page drawn inside an open transaction (a refused form) must not call out from it.
    if g.session.in_transaction() and not g.session.sync_session.info.get("read_only"):
        return None
    return await load_basket()


async def load_menu() -> list[MenuEntry]:
    """Nobody may change what it returns: all pages share it until the menu changes."""
    return await kept_value("menu", _read_menu, tags=("menu",))


async def _read_menu() -> list[MenuEntry]:
    found = await g.session.scalars(select(MenuItem).order_by(MenuItem.position, MenuItem.id))
    items = found.all()
    entries = {item.id: MenuEntry(item.label, item.url) for item in items}
    for item in items:
        if item.parent_id in entries:
            entries[item.parent_id].children.append(entries[item.id])
    return [entries[item.id] for item in items if item.parent_id is None]
