"""How others find and show our pages: robots, manifest, pictures to share, and data for search engines."""

from typing import Any

from quart import Quart

from shared.config import AppName, Settings
from shared.infrastructure.found import manifest, robots, share_pictures
from shared.infrastructure.found.share_pictures import Card
from shared.infrastructure.found.structured import breadcrumb_list, site_graph
from shared.palette import palette
from shared.utils import host_url


def use_found(app: Quart, settings: Settings) -> None:
    name: AppName = app.extensions["app_name"]
    for module in (manifest, robots, share_pictures):
        app.register_blueprint(module.bp)

    def own_url(path: str, page: int = 1) -> str:
        """The one address of a page here; later pages of a list have their own."""
        canonical = path if path.endswith("/") else f"{path}/"
        return host_url(settings, name, canonical) + (f"?page={page}" if page > 1 else "")

    def share_picture(title: Any, kicker: Any, shown: str = "stall") -> str:
        """`shown` is the address of a picture here, or the name of one of our drawings."""
        return share_pictures.address(settings, name, Card(str(title), str(kicker), shown))

    app.extensions["templates"].globals.update(
        own_url=own_url,
        palette=palette(settings.design),
        share_picture=share_picture,
        breadcrumb_list=lambda items: breadcrumb_list(items, origin=getattr(settings.apps, name)),
        site_graph=lambda: site_graph(settings),
    )
