from contextlib import nullcontext

from shared.events.bus import Registration
from shared.events.lane import Around
from shared.events.lease import Lease
from shared.events.processor import EventProcessor
from shared.events.relay.lane import RelayLane
from shared.events.relay.sink import Sink


class RelayProcessor(EventProcessor):
    """Reads the log as the consumer `relay.<sink>`; any number of processes may run one, and one at a time relays."""

    def __init__(self, sink: Sink, *, around: Around = nullcontext) -> None:
        super().__init__(f"relay.{sink.name}", around=around)
        self.sink = sink

    @property
    def handlers(self) -> list[Registration]:
        return []

    def _open(self, lease: Lease) -> None:
        self._lease = lease
        self.lanes = [RelayLane(lease, self.around, self.sink)]
