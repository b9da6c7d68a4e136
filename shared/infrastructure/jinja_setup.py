from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemBytecodeCache, FileSystemLoader, PackageLoader, StrictUndefined
from jinja2.runtime import Macro
from quart import Quart

from shared.browser.app.filters import filters_for
from shared.config import Settings
from shared.infrastructure import urls
from shared.infrastructure.static_files import asset_address


def use_templates(app: Quart, settings: Settings) -> None:
    """Synchronous, strict, escaped by default. An app's own templates first, then the layer's."""
    own = Path(app.root_path) / "templates"
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(own), PackageLoader("shared.browser")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=settings.debug,
        enable_async=False,
        bytecode_cache=_compiled(settings.home / "templates"),
    )
    environment.filters.update(filters_for(settings.site))
    environment.globals.update(
        asset=asset_address(),
        site=settings.site,
        features=settings.features,
        coop_url=urls.coop_url,
        market_url=urls.market_url,
        cart_url=urls.cart_url,
        events_url=urls.events_url,
        app_name=app.extensions["app_name"],
        remembered=_remembered(),
    )
    app.extensions["templates"] = environment


def _remembered() -> Callable[..., str]:
    """`remembered(macro, …)`: an imported macro knows only what it is given, so the same values are drawn once.

    For the cards of lists, when they are tuples of plain values. A macro of the page itself is a new one each time.
    """

    @lru_cache(4096)
    def draw(macro: Macro, *values: object, **named: object) -> str:
        return macro(*values, **named)

    return draw


def _compiled(folder: Path) -> FileSystemBytecodeCache | None:
    """What templates compile to, from the last start: a hundred of them take a third of a second otherwise."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return FileSystemBytecodeCache(str(folder))
