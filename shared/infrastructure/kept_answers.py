"""Kept pages, answered as soon as a request's bytes are there: no parser, no task, no app.

Only what is plainly one simple GET for a page that is in memory goes this way. Everything else, and whatever looks
unusual, is left to uvicorn, and so to the page cache in front of the app, which answers the same.
"""

import re
import time
from collections.abc import Callable
from typing import Any, ClassVar

from shared.browser.app.redis_cacher import PageCache
from shared.browser.app.redis_cacher.kept import Form, Kept, best_encoding
from shared.browser.app.utils.htmx import PARTIAL, REQUEST_TYPE
from shared.infrastructure.slow_clients import SlowClients

# One whole GET, spelled as the standard has it (RFC 9110 5.1, 5.5), without what asks for more than a page.
PLAIN = re.compile(
    rb"get [^\x00-\x20\x7f]+ http/1\.1\r\n"
    rb"(?:(?!(?:authorization|range|content-length|transfer-encoding|expect|upgrade):)"
    rb"[!#$%&'*+.^_`|~0-9a-z-]+:[^\x00-\x08\x0a-\x1f\x7f]*\r\n)+\r\n"
)
HOST, COOKIE, KEEP = b"\r\nhost:", b"\r\ncookie:", b"\r\nconnection:"
ACCEPTED, MATCH, KIND = b"\r\naccept-encoding:", b"\r\nif-none-match:", b"\r\n" + REQUEST_TYPE + b":"
# Larger bodies are handed over beside the head instead of being copied behind it.
LARGE = 8192


def kept_answers(cache: PageCache, hosts: frozenset[str]) -> type["KeptAnswers"]:
    """The protocol for a server of this app."""
    served = frozenset(host.encode() for host in hosts)
    return type("KeptAnswersOfApp", (KeptAnswers,), {"cache": cache, "hosts": served})


class KeptAnswers(SlowClients):
    cache: ClassVar[PageCache]
    hosts: ClassVar[frozenset[bytes]]
    # Whether the parser is in the middle of a request.
    between = True
    active = 0.0

    def on_message_begin(self) -> None:
        self.between = False
        super().on_message_begin()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self.between = True

    def data_received(self, data: bytes) -> None:
        if self.between and data.startswith(b"GET ") and data.endswith(b"\r\n\r\n") and self._answered(data):
            return
        super().data_received(data)

    def timeout_keep_alive_handler(self) -> None:
        """Closes a connection that was idle; our answers only note when they were given."""
        idle = self.loop.time() - self.active
        if idle < self.timeout_keep_alive:
            self._close_after(self.timeout_keep_alive - idle)
        else:
            super().timeout_keep_alive_handler()

    def _answered(self, data: bytes) -> bool:
        busy = self.cycle is not None and not self.cycle.response_complete
        if busy or self.flow.write_paused or self.transport.is_closing():
            return False
        low = data.lower()
        if not PLAIN.fullmatch(low) or not self._is_ours(low):
            return False
        page = self._find(data, low)
        if page is None:
            return False
        self._write(page, low)
        return True

    def _is_ours(self, low: bytes) -> bool:
        one_host = low.count(HOST) == 1 and field(low, HOST) in self.hosts
        return one_host and field(low, KEEP) in {b"", b"keep-alive"} and low.count(COOKIE) < 2  # noqa: PLR2004

    def _find(self, data: bytes, low: bytes) -> Kept | None:
        """A page in memory that may be shown to this visitor and is not due to be drawn again."""
        end = data.find(b"\r\n")
        if data[end - 9 : end] != b" HTTP/1.1":
            return None
        path, _, query = data[4 : end - 9].partition(b"?")
        if b"%" in path or not path.isascii():
            return None
        page = self.cache.shelf.get((path.decode(), query, field(low, KIND) == PARTIAL))
        if page is None or time.time() > page.fresh or not self.cache.may_show(page, field(low, COOKIE)):
            return None
        return page

    def _write(self, page: Kept, low: bytes) -> None:
        form: Form = page.form(best_encoding(field(low, ACCEPTED)))
        match = field(low, MATCH)
        same = bool(match) and form.etag in match
        self.cache.figures.l1 += 1
        self.cache.figures.not_modified += same
        defaults = b"".join([b"%s: %s\r\n" % pair for pair in self.server_state.default_headers])
        head = (form.head_unchanged if same else form.head) + defaults + b"\r\n"
        body: bytes = b"" if same else form.body["body"]
        if len(body) > LARGE:
            self.transport.writelines([head, body])
        else:
            self.transport.write(head + body)
        self._stay_open()

    def _stay_open(self) -> None:
        self.head_is_here()
        self.server_state.total_requests += 1
        self.active = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._close_after(self.timeout_keep_alive)

    def _close_after(self, seconds: float) -> None:
        handler: Callable[[], Any] = self.timeout_keep_alive_handler
        self.timeout_keep_alive_task = self.loop.call_later(seconds, handler)


def field(low: bytes, name: bytes) -> bytes:
    """The value of a header in a head that was made small; empty when it is not there."""
    start = low.find(name)
    if start < 0:
        return b""
    start += len(name)
    return low[start : low.find(b"\r", start)].strip()
