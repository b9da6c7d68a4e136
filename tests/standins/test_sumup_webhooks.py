"""Webhooks: hints that are repeated until somebody says yes, over restarts."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from rose.standins.sumup.deliveries import is_loopback
from tests.fakes.listener import Listener
from tests.fakes.sumup import FAILS, SumUpProcess


@pytest.fixture
def fast(tmp_path: Path) -> Iterator[SumUpProcess]:
    """The first retry comes after 0.2 s, the second after 1 s."""
    process = SumUpProcess(tmp_path / "state.sqlite", "--clock-speed", "300", "--webhook-delay", "0")
    process.start()
    yield process
    process.stop()


def test_a_shop_that_stumbles_is_told_again(fast: SumUpProcess):
    with Listener(500, 503) as shop:
        fast.tap(fast.create(return_url=shop.url))

        assert len(shop.wait(3)) == 3

        first, second, third = shop.moments
        assert second - first >= 0.2
        assert third - second >= 1.0


def test_a_shop_that_says_yes_is_told_once(fast: SumUpProcess):
    with Listener(204, 500) as shop:
        heard_once, stumbled_over = fast.create(return_url=shop.url), fast.create(return_url=shop.url)
        fast.tap(heard_once)
        shop.wait()
        fast.tap(stumbled_over)

        told = [hint["id"] for hint in shop.wait(3)]

    assert told == [heard_once["id"], stumbled_over["id"], stumbled_over["id"]]


def test_every_outcome_is_told(fast: SumUpProcess):
    with Listener() as shop:
        checkout = fast.create(return_url=shop.url)
        fast.tap(checkout, FAILS)
        fast.tap(checkout)

        assert [hint["id"] for hint in shop.wait(2)] == [checkout["id"]] * 2


def test_a_killed_stand_in_forgets_neither_money_nor_hints(tmp_path: Path):
    sumup = SumUpProcess(tmp_path / "state.sqlite", "--webhook-delay", "1.5")
    sumup.start()
    try:
        with Listener() as shop:
            checkout = sumup.create(return_url=shop.url)
            sumup.tap(checkout)

            sumup.restart_after_kill()

            assert sumup.get(checkout)["status"] == "PAID"
            assert [hint["id"] for hint in shop.wait()] == [checkout["id"]]
    finally:
        sumup.stop()


def test_nobody_is_called_outside_this_machine(fast: SumUpProcess):
    fast.tap(fast.create(return_url="http://hooks.example.com/sumup"))

    assert "refused" in httpx.get(fast.url).text


@pytest.mark.parametrize("host", ["localhost:8002", "127.0.0.1:8002", "[::1]:8002"])
def test_this_machine_is_called(host: str):
    assert is_loopback(f"http://{host}/hook")


@pytest.mark.parametrize(
    "host", ["example.com", "127.0.0.1.example.com", "10.0.0.1", "localhost.example.com", "[::2]", "127.1@10.0.0.1"]
)
def test_no_other_machine_is_called(host: str):
    assert not is_loopback(f"http://{host}/hook")
