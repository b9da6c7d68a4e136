"""Visitors who keep asking over connections they keep, and some who take their time."""

import http.client
import socket
import threading
import time
from collections import Counter
from typing import Self
from urllib.parse import urlsplit

FORM = "application/x-www-form-urlencoded"


class Load:
    """`seen` counts statuses; `torn` answers that broke off; `refused` what was not begun, and is asked again.

    `slowest` is how many seconds the slowest of the answers took.
    """

    def __init__(self, *urls: str, clients: int = 4) -> None:
        self.seen: Counter[int] = Counter()
        self.refused, self.slowest = 0, 0.0
        self.torn: list[str] = []
        self._urls = [urlsplit(url) for url in urls]
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(place,)) for place in range(clients)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(30)

    def until_served(self, more: int) -> None:
        goal = self.seen.total() + more
        while self.seen.total() < goal:
            assert not self._over.wait(0.02)

    def _ask(self, place: int) -> None:
        url = self._urls[place % len(self._urls)]
        line = http.client.HTTPConnection(url.netloc, timeout=20)
        while not self._over.wait(0.01):
            started = time.monotonic()
            try:
                line.request("GET", url.path)
                answer = line.getresponse()
            except OSError:
                self.refused += 1
                line.close()
                continue
            try:
                answer.read()
                self.seen[answer.status] += 1
                self.slowest = max(self.slowest, time.monotonic() - started)
            except (OSError, http.client.HTTPException) as error:
                self.torn.append(repr(error))
                line.close()
        line.close()


class SlowPost:
    """A request whose head is there and whose body is not."""

    def __init__(self, url: str, body: str) -> None:
        parts = urlsplit(url)
        self.body = body.encode()
        self.line = socket.create_connection((parts.hostname, parts.port), timeout=20)
        head = f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nSec-Fetch-Site: same-origin\r\n"
        self.line.sendall(f"{head}Content-Type: {FORM}\r\nContent-Length: {len(self.body)}\r\n\r\n".encode())

    def finish(self) -> int:
        self.line.sendall(self.body)
        answer = http.client.HTTPResponse(self.line)
        answer.begin()
        answer.read()
        self.line.close()
        return answer.status
