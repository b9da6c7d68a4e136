"""What this process has seen of the changes, and what may still be shown after them.

A moment is an id of the stream as one number: it grows with every change, even when the server's clock steps back.
"""

import time
from collections.abc import Iterable

Moment = int
EVERYTHING = "*"
# Later than any change: nothing with this tag is good until the change has been told.
NEVER: Moment = 1 << 90
# More tags than this are forgotten at once; pages from before are then drawn again.
MOST_TAGS = 200_000


def to_moment(stream_id: str) -> Moment:
    milliseconds, _, place = stream_id.partition("-")
    return (int(milliseconds) << 24) | int(place or 0)


def to_stream_id(moment: Moment) -> str:
    return f"{moment >> 24}-{moment & 0xFFFFFF}"


class Clock:
    """`seen` is the newest change known here, `told` the newest up to which every change is known.

    Being behind is safe: a page may be thrown away without need, never kept when it is wrong.
    """

    def __init__(self) -> None:
        self.seen: Moment = 0
        self.told: Moment = 0
        self.floor: Moment = 0
        self.trusted_until = 0.0
        # Grows with whatever may make a page bad: who has looked at this number need not look at the tags again.
        self.version = 0
        self.changed: dict[str, Moment] = {}
        self.owed: set[str] = set()

    @property
    def trusted(self) -> bool:
        """False while changes may be made elsewhere that nobody tells us of."""
        return time.monotonic() < self.trusted_until

    def good(self, since: Moment, tags: Iterable[str]) -> bool:
        """Whether a page drawn by one who had seen `since` shows everything that is known to have changed."""
        if since < self.floor:
            return False
        changed = self.changed
        return all(changed.get(tag, 0) <= since for tag in tags)

    def hear(self, at: Moment, tags: Iterable[str]) -> None:
        """The next change of the stream."""
        self.learn(at, tags)
        self.told = max(self.told, at)

    def learn(self, at: Moment, tags: Iterable[str]) -> None:
        """A change of our own, which others may have overtaken: `told` waits for the stream."""
        self.version += 1
        for tag in tags:
            if tag == EVERYTHING:
                self.forget(at)
            else:
                self.changed[tag] = max(self.changed.get(tag, 0), at)
        self.seen = max(self.seen, at)
        if len(self.changed) > MOST_TAGS:
            self.forget(self.seen)

    def forget(self, floor: Moment) -> None:
        """Nothing from before `floor` is good any more."""
        self.version += 1
        self.floor = max(self.floor, floor)
        later = {tag: at for tag, at in self.changed.items() if at > floor}
        self.changed = later | dict.fromkeys(self.owed, NEVER)

    def restart(self, floor: Moment) -> None:
        """The stream is another one, or has a gap: what is known begins anew at its oldest change."""
        self.version += 1
        self.floor, self.seen, self.told = floor, floor, floor - 1
        self.changed = dict.fromkeys(self.owed, NEVER)

    def owe(self, tags: Iterable[str]) -> None:
        """These changes could not be told to anybody yet."""
        self.version += 1
        self.owed.update(tags)
        self.changed.update(dict.fromkeys(self.owed, NEVER))
        if EVERYTHING in self.owed:
            self.forget(NEVER)

    def paid(self, tags: Iterable[str], at: Moment) -> None:
        owed = self.owed.intersection(tags)
        self.owed -= owed
        # Whatever else was heard of them while they were owed.
        self.changed.update(dict.fromkeys(owed, max(at, self.seen)))
        if self.floor == NEVER and EVERYTHING not in self.owed:
            self.floor = max(at, self.seen)
        self.learn(at, tags)
