"""An embedded PostgreSQL. Whether it runs is found out by asking it, never by reading a PID file."""

import shutil
import signal
import subprocess
import time
from pathlib import Path

from rose.supervisor import cluster, leftovers
from rose.supervisor.account import RunAs
from rose.supervisor.binaries import postgres_binary
from rose.supervisor.disk import without_space
from rose.supervisor.errors import CannotRun
from rose.supervisor.keys import own_secret
from rose.supervisor.logs import open_log, tail
from rose.supervisor.ports import HOST, answers, free_port, require_free
from rose.supervisor.sql import ask, provide

_PATIENCE = 300  # seconds: recovery after a crash may take long
_UNSAFE = ("-c", "autovacuum=off", "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


class Postgres:
    """One server on `home`/postgres. `port` 0 chooses a free one; the attribute then says which."""

    def __init__(self, home: Path, port: int = 0) -> None:
        self.home, self.port = home.resolve(), port
        self.data = self.home / "postgres"
        self.log = self.home / "logs" / "postgres.log"
        self.adopted = False
        self._child: subprocess.Popen[bytes] | None = None
        self._account = RunAs()

    def url(self, database: str = "rose", *, driver: str = "postgresql+asyncpg") -> str:
        """For the role rose: it may create databases, and is no superuser."""
        return f"{driver}://rose:{own_secret(self.home, 'rose')}@{HOST}:{self.port}/{database}"

    def start(self, *, fsync: bool = True) -> None:
        """Answers when it accepts connections and has the role and database rose.

        It outlives its owner's kill -9, and the next start picks it up. Without `fsync` it is a
        throw-away server: faster, and gone with its owner (then start it in the main thread).
        """
        self.home.mkdir(mode=0o711, parents=True, exist_ok=True)
        self._account = cluster.prepare(self.data, password=self._password)
        if not self._adopt():
            self._launch(fsync=fsync)
            self._wait()
        provide(self.port, self._password, role="rose", secret=own_secret(self.home, "rose"))

    def stop(self) -> None:
        """A fast shutdown: open transactions are undone, committed ones are on the disk."""
        if child := self._child:
            child.send_signal(signal.SIGINT)
            child.wait(_PATIENCE)
        elif self.adopted:
            self._pg_ctl_stop()
        self._child, self.adopted = None, False

    def alive(self) -> bool:
        child = self._child
        return child.poll() is None if child else self.adopted and answers(self.port)

    def ask(self, statement: str) -> str | None:
        """The first value of the answer, from the site's database; None when there is none."""
        return ask(self.port, self._password, statement, database="rose")

    @property
    def _password(self) -> str:
        return own_secret(self.home, "postgres")

    def _adopt(self) -> bool:
        """Take over a server that outlived its owner; one on another port is stopped first."""
        if self.alive():
            return True
        port = leftovers.find_port(self.data)
        self.adopted = port is not None and self._is_ours(port)
        if self.adopted and self.port not in {0, port}:
            self._pg_ctl_stop()
            self.adopted = False
        elif self.adopted and port is not None:
            self.port = port
        return self.adopted

    def _is_ours(self, port: int) -> bool:
        return ask(port, self._password, "SHOW data_directory") == str(self.data)

    def _pg_ctl_stop(self) -> None:
        pg_ctl = postgres_binary("pg_ctl")
        self._account.run(pg_ctl, "stop", f"--pgdata={self.data}", "--mode=fast", "--wait", f"--timeout={_PATIENCE}")

    def _launch(self, *, fsync: bool) -> None:
        leftovers.clear(self.data, patience=_PATIENCE)
        self.port = self.port or free_port()
        require_free(self.port, "PostgreSQL")
        command = [postgres_binary(), "-D", str(self.data), "-p", str(self.port), *(() if fsync else _UNSAFE)]
        with open_log(self.log) as log:
            self._child = self._account.popen(
                *command,
                dies=None if fsync else signal.SIGQUIT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _wait(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not (answers(self.port) and self._is_ours(self.port)):
            if not self.alive():
                raise CannotRun(self._why_not())
            if time.monotonic() > deadline:
                raise CannotRun(f"PostgreSQL is not ready after {_PATIENCE} seconds; see {self.log}.")
            time.sleep(0.03)

    def _why_not(self) -> str:
        said = tail(self.log)
        self._child = None
        return without_space(said, self.home) or f"PostgreSQL did not start. Its last words, from {self.log}:\n{said}"

    def remove(self) -> None:
        """Stop, and forget every row."""
        self.stop()
        shutil.rmtree(self.data, ignore_errors=True)
