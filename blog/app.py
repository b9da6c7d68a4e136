from quart import Quart

from shared.config import Settings
from shared.infrastructure.factory import create_base_app


def create_app(settings: Settings | None = None) -> Quart:
    return create_base_app("blog", settings)


def register_handlers() -> None:
    """This app's lines of the glue: other apps' events, and what happens here."""
