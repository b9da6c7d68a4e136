"""PostgreSQL, Valkey and nginx of their own in a temporary folder, and a hundred products."""

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from rose.supervisor.ports import free_port  # noqa: E402
from rose.supervisor.postgres import Postgres  # noqa: E402
from rose.supervisor.valkey import Valkey  # noqa: E402

PATIENCE = 60


class Place:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.postgres, self.valkey = Postgres(home), Valkey(home)
        self.ports = {name: free_port() for name in ("blog", "market", "cart", "events", "nginx")}

    def start(self) -> None:
        self.postgres.start(fsync=False)
        self.valkey.start()
        os.environ.update(self.environment())
        self._migrate()
        asyncio.run(_fill(self.environment()["DATABASE_URL"]))

    def stop(self) -> None:
        self.valkey.stop()
        self.postgres.stop()

    def environment(self) -> dict[str, str]:
        addresses = {f"{name.upper()}_URL": f"http://localhost:{port}" for name, port in self.ports.items()}
        return {
            **addresses,
            "DATABASE_URL": self.postgres.url(),
            "REDIS_URL": self.valkey.url,
            "SECRET_KEY": "s" * 32,
            "INTERNAL_KEY": "i" * 32,
            "ROSE_HOME": str(self.home),
            "PYTHONPATH": str(ROOT),
        }

    def url(self, name: str, path: str) -> str:
        return f"http://localhost:{self.ports[name]}{path}"

    @contextmanager
    def serving(self, name: str, *command: str, ready: str, **extra: str) -> Iterator[tuple[int, float]]:
        """The process's id, and the seconds until its first answer."""
        started = time.monotonic()
        with (self.home / f"{name}.log").open("w") as log:
            child = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=os.environ | self.environment() | extra,
                stdout=log,
                stderr=log,
            )
        try:
            wait_for(self.url(name, ready))
            yield child.pid, time.monotonic() - started
        finally:
            child.terminate()
            child.wait(30)

    def market(self, server: str = "uvicorn", **extra: str) -> object:
        port = str(self.ports["market"])
        script = str(Path(__file__).with_name("target.py"))
        return self.serving("market", script, "--port", port, "--server", server, ready="/healthz", **extra)

    def cart(self) -> object:
        return self.serving("cart", "-m", "cart", "--port", str(self.ports["cart"]), ready="/healthz")

    @contextmanager
    def nginx(self, bodies: dict[str, bytes]) -> Iterator[int]:
        """One worker that hands out files: what nothing in Python beats."""
        folder = self.home / "www"
        folder.mkdir(exist_ok=True)
        for name, body in bodies.items():
            (folder / name).write_bytes(body)
        config = self.home / "nginx.conf"
        config.write_text(NGINX.format(home=self.home, port=self.ports["nginx"]))
        child = subprocess.Popen([shutil.which("nginx") or "nginx", "-c", str(config), "-p", str(self.home)])
        try:
            wait_for(self.url("nginx", "/page.html"))
            yield child.pid
        finally:
            child.terminate()
            child.wait(10)

    def _migrate(self) -> None:
        from shared.infrastructure.migrations import upgrade

        upgrade(self.environment()["DATABASE_URL"])


NGINX = """
daemon off; master_process off; pid {home}/nginx.pid; error_log {home}/nginx.log;
events {{ worker_connections 512; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; types {{ text/html html; }}
  client_body_temp_path {home}/t1; proxy_temp_path {home}/t2; fastcgi_temp_path {home}/t3;
  uwsgi_temp_path {home}/t4; scgi_temp_path {home}/t5;
  server {{ listen 127.0.0.1:{port}; root {home}/www; open_file_cache max=10;
    location = /small.html {{ add_header Content-Encoding br; }} }}
}}
"""


def wait_for(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urlopen(Request(url), timeout=5):
                return
        except (URLError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


async def _fill(database_url: str) -> None:
    from shared.db.session import create_engine, transaction, use_engine
    from tests.factories.market import a_marketplace, a_producer, a_product

    engine = create_engine(database_url)
    use_engine(engine)
    async with transaction() as session:
        stall, maker = await a_marketplace(session), await a_producer(session)
        for number in range(100):
            about = {"title": f"Loaf of rye and other grains, number {number}", "slug": f"loaf-{number:03}"}
            await a_product(session, marketplace_id=stall.id, producer_id=maker.id, price=300 + number, **about)
    await engine.dispose()
