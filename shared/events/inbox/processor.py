from contextlib import nullcontext

from shared.events.bus import register_handler
from shared.events.inbox.nats import NatsInbox
from shared.events.inbox.taking import CONSUMER, MessageUnreadable, read_again
from shared.events.lane import Around
from shared.events.processor import EventProcessor
from shared.events.together import together


class InboxProcessor(EventProcessor):
    """Takes what comes in, and reads again what could not be read; the apps' own processors handle the rest."""

    def __init__(self, inbox: NatsInbox, *, around: Around = nullcontext) -> None:
        super().__init__(CONSUMER, around=around)
        register_handler(MessageUnreadable, read_again, consumer=CONSUMER)
        self.inbox = inbox

    async def run(self) -> None:
        await together(super().run(), self.inbox.run())
