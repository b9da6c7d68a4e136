"""A real NATS server with JetStream on files, to be started, killed and started again."""

import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

BINARY = Path(sys.executable).parent / "nats-server"


class NatsServer:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> "NatsServer":
        config = self.folder / "nats.conf"
        config.write_text(
            f'listen: "127.0.0.1:{self.port}"\nmax_payload: 8192\n'
            f'jetstream {{ store_dir: "{self.folder}/jetstream", max_file: 1G }}\n'
        )
        log = ["-l", str(self.folder / "nats.log")]
        self._process = subprocess.Popen([BINARY, "-c", config, *log], stderr=subprocess.DEVNULL)
        self._wait()
        return self

    def kill(self) -> None:
        """As the power would: no farewell."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def _wait(self) -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as found:
                    if found.recv(4) == b"INFO":
                        return
            except OSError:
                threading.Event().wait(0.02)
        raise AssertionError((self.folder / "nats.log").read_text())


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port
