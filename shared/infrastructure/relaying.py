"""The site's two doors for events: public ones leave through the relay, strangers' come in through the inbox."""

from contextlib import AbstractAsyncContextManager
from typing import cast

from quart import Quart

import shared.events.payloads  # noqa: F401  all facts that may leave or come in
from shared.config import Settings
from shared.events.lane import Around
from shared.events.processor import EventProcessor
from shared.events.relay.choice import sink_for
from shared.events.relay.processor import RelayProcessor
from shared.infrastructure.background import use_background


def use_relay(app: Quart, settings: Settings) -> None:
    """As long as this app serves; without an address in the configuration a door stays shut."""
    if settings.relay is not None:
        sink = sink_for(settings.relay.url, stream=settings.relay.stream)
        _keep_open(app, "relay", RelayProcessor(sink, around=_around(app)))
    if settings.inbox is not None:
        from shared.events.inbox.nats import NatsInbox
        from shared.events.inbox.processor import InboxProcessor

        inbox = NatsInbox(settings.inbox.url, stream=settings.inbox.stream)
        _keep_open(app, "inbox", InboxProcessor(inbox, around=_around(app)))


def _keep_open(app: Quart, name: str, processor: EventProcessor) -> None:
    app.extensions[name] = processor
    use_background(app, name, processor.run)


def _around(app: Quart) -> Around:
    return lambda: cast("AbstractAsyncContextManager[None]", app.app_context())
