from contextlib import AbstractAsyncContextManager
from typing import cast

from quart import Quart

from shared.config import Settings
from shared.events.payloads import blog, cart, events, market  # noqa: F401  the public facts of all apps leave from here
from shared.events.relay.choice import sink_for
from shared.events.relay.processor import RelayProcessor
from shared.infrastructure.background import use_background


def use_relay(app: Quart, settings: Settings) -> None:
    """Pours public events into the configured broker as long as the app serves; without one, nothing."""
    if settings.relay is None:
        return
    processor = RelayProcessor(
        sink_for(settings.relay.url, stream=settings.relay.stream),
        around=lambda: cast("AbstractAsyncContextManager[None]", app.app_context()),
    )
    app.extensions["relay"] = processor
    use_background(app, "relay", processor.run)
