from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemBytecodeCache, FileSystemLoader, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from quart import Quart

from shared.browser.app.filters import filters_for
from shared.config import Settings
from shared.infrastructure import urls
from shared.infrastructure.static_files import asset_address, piece_address


def use_templates(app: Quart, settings: Settings) -> None:
    """Synchronous, strict, escaped by default. An app's own templates first, then the layer's."""
    own = Path(app.root_path) / "templates"
    environment = _Environment(
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
        icon_address=piece_address("icons.svg"),
        drawing=piece_address("images/drawings.svg"),
        site=settings.site,
        features=settings.features,
        coop_url=urls.coop_url,
        market_url=urls.market_url,
        cart_url=urls.cart_url,
        events_url=urls.events_url,
        app_name=app.extensions["app_name"],
    )
    app.extensions["templates"] = environment


class _Compiled(FileSystemBytecodeCache):
    def dump_bytecode(self, bucket: Bucket) -> None:
        """A disk that is full costs time, not the page."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


class _Environment(Environment):
    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The one dict, as long as nothing is laid over it: every include and import walks through a chain of two."""
        return super().make_globals(d) if d else self.globals


def _compiled(folder: Path) -> FileSystemBytecodeCache | None:
    """What templates compile to, from the last start: a hundred of them take a third of a second otherwise."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return _Compiled(str(folder))
