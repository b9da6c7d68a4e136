from contextlib import AbstractAsyncContextManager
from typing import cast

from quart import Quart

from shared.events.processor import EventProcessor
from shared.infrastructure.background import use_background


def use_event_processing(app: Quart) -> None:
    """Reads the domain events for this app's handlers, inside an app context, as long as the app serves."""
    processor = EventProcessor(
        app.extensions["app_name"],
        around=lambda: cast("AbstractAsyncContextManager[None]", app.app_context()),
    )
    app.extensions["event_processor"] = processor
    use_background(app, "events", processor.run)
