"""Who asks a server that does not answer, and who is spared."""

import asyncio

import pytest

from shared import breaker as module
from shared.breaker import Away, Breaker


class Server:
    def __init__(self) -> None:
        self.asked, self.is_up = 0, False

    async def answer(self) -> str:
        self.asked += 1
        await asyncio.sleep(0)
        if not self.is_up:
            raise ConnectionRefusedError
        return "yes"


@pytest.fixture
def server() -> Server:
    return Server()


async def in_vain(breaker: Breaker, server: Server, times: int) -> None:
    for _ in range(times):
        with pytest.raises(Away):
            await breaker.ask(server.answer)


async def test_after_three_in_vain_nobody_asks(server: Server) -> None:
    await in_vain(Breaker("cart", faults=(OSError,), most=3), server, 10)

    assert server.asked == 3


async def test_an_answer_between_makes_good_what_was_in_vain(server: Server) -> None:
    breaker = Breaker("cart", faults=(OSError,), most=3)
    await in_vain(breaker, server, 2)
    server.is_up = True
    await breaker.ask(server.answer)
    server.is_up = False

    await in_vain(breaker, server, 2)

    assert server.asked == 5


async def test_after_the_pause_one_asks_for_all(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    breaker = Breaker("cart", faults=(OSError,))
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.0)
    await in_vain(breaker, server, 1)
    monkeypatch.setattr(module, "PAUSE_SECONDS", 60.0)

    await asyncio.gather(*(in_vain(breaker, server, 1) for _ in range(20)))

    assert server.asked == 2


async def test_when_it_answers_everybody_asks_again(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    breaker = Breaker("cart", faults=(OSError,))
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.0)
    await in_vain(breaker, server, 1)
    server.is_up = True

    answers = await asyncio.gather(*(breaker.ask(server.answer) for _ in range(20)))

    assert answers == ["yes"] * 20


async def test_a_fault_of_our_own_is_no_outage(server: Server) -> None:
    async def wrong() -> None:
        raise ValueError

    breaker = Breaker("cart", faults=(OSError,))
    with pytest.raises(ValueError):
        await breaker.ask(wrong)
    server.is_up = True

    assert await breaker.ask(server.answer) == "yes"
