"""Connections of those who do not finish asking, or do not take their answer: uvicorn would wait for ever."""

from asyncio import TimerHandle, Transport

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
READ_SECONDS = 20.0
# What has to be taken in that time, in bytes: 0.8 KB a second is less than the slowest telephone takes.
LEAST_READ = 16 * 1024
TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class SlowClients(HttpToolsProtocol):
    """A head is counted from the beginning of the connection, and then from the first byte of each further request.

    How long the body may take is Quart's BODY_TIMEOUT; between requests it is uvicorn's keep-alive.
    """

    head_seconds = HEAD_SECONDS
    read_seconds = READ_SECONDS
    _head_alarm: TimerHandle | None = None
    _read_alarm: TimerHandle | None = None
    _unread = 0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # Told of the first byte that has to wait here, not only of the 65,536th.
        transport.set_write_buffer_limits(high=0)
        self._set_head_alarm()

    def connection_lost(self, exc: Exception | None) -> None:
        self.head_is_here()
        self._stop_read_alarm()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        if self._head_alarm is None:
            self._set_head_alarm()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self.head_is_here()
        super().on_headers_complete()

    def head_is_here(self) -> None:
        alarm, self._head_alarm = self._head_alarm, None
        if alarm is not None:
            alarm.cancel()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._set_read_alarm()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_read_alarm()

    def look_at_reader(self) -> None:
        """Cuts off who took too little since the last look; the rest of the answer is dropped."""
        if self._unread - self.transport.get_write_buffer_size() < LEAST_READ:
            self.transport.abort()
        else:
            self._set_read_alarm()

    def _set_head_alarm(self) -> None:
        self._head_alarm = self.loop.call_later(self.head_seconds, self._close_slow)

    def _close_slow(self) -> None:
        self._head_alarm = None
        if not self.transport.is_closing():
            self.transport.write(TOO_SLOW)
            self.transport.close()

    def _set_read_alarm(self) -> None:
        self._stop_read_alarm()
        self._unread = self.transport.get_write_buffer_size()
        self._read_alarm = self.loop.call_later(self.read_seconds, self.look_at_reader)

    def _stop_read_alarm(self) -> None:
        alarm, self._read_alarm = self._read_alarm, None
        if alarm is not None:
            alarm.cancel()
