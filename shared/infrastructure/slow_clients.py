"""A connection whose request is not told within ten seconds is closed: uvicorn would wait for ever."""

from asyncio import TimerHandle, Transport

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class SlowHeads(HttpToolsProtocol):
    """Counts from the beginning of the connection, and then from the first byte of each further request.

    How long the body may take is Quart's BODY_TIMEOUT; between requests it is uvicorn's keep-alive.
    """

    head_seconds = HEAD_SECONDS
    _alarm: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._set_alarm()

    def connection_lost(self, exc: Exception | None) -> None:
        self.head_is_here()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        if self._alarm is None:
            self._set_alarm()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self.head_is_here()
        super().on_headers_complete()

    def head_is_here(self) -> None:
        alarm, self._alarm = self._alarm, None
        if alarm is not None:
            alarm.cancel()

    def _set_alarm(self) -> None:
        self._alarm = self.loop.call_later(self.head_seconds, self._close_slow)

    def _close_slow(self) -> None:
        self._alarm = None
        if not self.transport.is_closing():
            self.transport.write(TOO_SLOW)
            self.transport.close()
