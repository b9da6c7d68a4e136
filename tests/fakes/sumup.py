"""SumUp's stand-in as a real process, and a payer in front of its page."""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

API_KEY = "sup_sk_test_key"
MERCHANT = "MTEST123"

PAYS = "4200000000000091"
ASKS = "4200000000000042"
FAILS = "4532497088771651"


class SumUpProcess:
    def __init__(self, state: Path, *flags: str) -> None:
        self.state = state
        self.flags = flags
        self.port = _free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "rose.standins.sumup", "--port", str(self.port)]
        command += ["--state", str(self.state), "--merchant-code", MERCHANT, "--public-url", self.url]
        self.process = subprocess.Popen([*command, *self.flags], env=os.environ | {"SUMUP_API_KEY": API_KEY})
        self._wait_until_up()

    def stop(self, how: int = signal.SIGTERM) -> None:
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(timeout=10)

    def restart_after_kill(self) -> None:
        self.stop(signal.SIGKILL)
        self.start()

    def api(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {API_KEY}"})

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        with self.api() as client:
            return client.request(method, path, **options)

    def create(self, amount: float = 24.5, **fields: Any) -> dict[str, Any]:
        body = {"checkout_reference": uuid4().hex, "amount": amount, "currency": "GBP", "merchant_code": MERCHANT}
        response = self.call("POST", "/v0.1/checkouts", json=body | {"hosted_checkout": {"enabled": True}} | fields)
        assert response.status_code == 201, response.text
        return json.loads(response.text)

    def get(self, checkout: dict[str, Any]) -> dict[str, Any]:
        return json.loads(self.call("GET", f"/v0.1/checkouts/{checkout['id']}").text)

    def tap(self, checkout: dict[str, Any], card: str = PAYS) -> httpx.Response:
        """What a payer's browser answers to one tap on a test card; redirects are not followed."""
        return httpx.post(checkout["hosted_checkout_url"], data={"test_card": card})

    def answer_bank(self, challenge: httpx.Response, answer: str) -> httpx.Response:
        return httpx.post(f"{self.url}{challenge.headers['location']}", data={"answer": answer})

    def expired(self) -> dict[str, Any]:
        """Asked again and again until its half second is over."""
        soon = datetime.now(UTC) + timedelta(seconds=0.5)
        checkout = self.create(valid_until=soon.isoformat())
        while checkout["status"] == "PENDING" and datetime.now(UTC) < soon + timedelta(seconds=5):
            checkout = self.get(checkout)
        return checkout

    def paid(self, amount: float = 24.5) -> dict[str, Any]:
        checkout = self.create(amount)
        self.tap(checkout)
        return self.get(checkout)

    def _wait_until_up(self) -> None:
        assert self.process is not None
        while True:
            try:
                httpx.get(f"{self.url}/healthz").raise_for_status()
            except httpx.TransportError:
                with suppress(subprocess.TimeoutExpired):
                    self.process.wait(timeout=0.05)
                assert self.process.returncode is None, "it ended at once"
            else:
                return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
