"""An embedded Valkey for what may be forgotten: the page cache and rate limits."""

import socket
import subprocess
import time
from pathlib import Path

from rose.supervisor.binaries import valkey_binary
from rose.supervisor.death import die_with_parent
from rose.supervisor.errors import CannotRun
from rose.supervisor.keys import own_secret
from rose.supervisor.logs import open_log, tail
from rose.supervisor.ports import HOST, free_port, require_free

_PATIENCE = 20
_SETTINGS = """\
port {port}
bind {host}
requirepass {secret}
save ""
appendonly no
maxmemory 64mb
maxmemory-policy allkeys-lru
loglevel warning
"""


class Valkey:
    """One server, gone with its owner. `port` 0 chooses a free one; the attribute then says which."""

    def __init__(self, home: Path, port: int = 0) -> None:
        self.home, self.port = home.resolve(), port
        self.log = self.home / "logs" / "valkey.log"
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self._secret}@{HOST}:{self.port}/0"

    def start(self) -> None:
        """Answers when it does. Call it in the main thread, see `die_with_parent`."""
        self.port = self.port or free_port()
        require_free(self.port, "Valkey")
        self._child = self._launch()
        self._configure(self._child)
        deadline = time.monotonic() + _PATIENCE
        while not self._pongs():
            if not self.alive() or time.monotonic() > deadline:
                raise CannotRun(f"Valkey did not start. Its last words, from {self.log}:\n{tail(self.log)}")
            time.sleep(0.02)

    def stop(self) -> None:
        if self._child:
            self._child.terminate()
            self._child.wait(_PATIENCE)
        self._child = None

    def alive(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def _secret(self) -> str:
        return own_secret(self.home, "valkey")

    def _launch(self) -> subprocess.Popen[bytes]:
        with open_log(self.log) as log:
            return subprocess.Popen(
                [valkey_binary(), "-"],
                cwd=self.home,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(),  # noqa: PLW1509 — one thread, and one system call
            )

    def _configure(self, child: subprocess.Popen[bytes]) -> None:
        """Through its standard input: no secret in a file or in the list of processes."""
        if child.stdin:
            child.stdin.write(_SETTINGS.format(port=self.port, host=HOST, secret=self._secret).encode())
            child.stdin.close()

    def _pongs(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port), timeout=2) as connection:
                connection.sendall(f"AUTH {self._secret}\r\nPING\r\nQUIT\r\n".encode())
                return b"+PONG" in connection.makefile("rb").read()
        except OSError:
            return False
