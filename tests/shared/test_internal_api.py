"""Only our apps, only just now, only once, and only what they signed."""

from datetime import timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from quart import Blueprint, g
from structlog.testing import CapturingLogger
from werkzeug.datastructures import Headers

from shared.errors import Conflict, Unavailable
from shared.infrastructure import internal_api, signatures
from shared.infrastructure.internal_api import OutboundInTransaction
from shared.infrastructure.internal_routes import use_internal
from shared.infrastructure.signatures import Unsigned, Verifier, sign
from shared.models import KeyValue
from shared.utils import utcnow
from tests.house import House

KEY = "k" * 32
MESSAGE = ("POST", "/internal/cart/lines", "a=1", b'{"n": 1}')


def signed(message: signatures.Message = MESSAGE, *, audience: str = "cart") -> Headers:
    return Headers(sign(KEY, caller="market", audience=audience, message=message))


def test_a_signed_call_gets_in_and_says_who_it_is() -> None:
    assert Verifier(KEY, "cart").verify(signed(), MESSAGE) == "market"


def test_the_same_call_does_not_get_in_twice() -> None:
    verifier, headers = Verifier(KEY, "cart"), signed()
    verifier.verify(headers, MESSAGE)

    with pytest.raises(Unsigned):
        verifier.verify(headers, MESSAGE)


def test_a_call_for_another_app_does_not_get_in() -> None:
    with pytest.raises(Unsigned):
        Verifier(KEY, "cart").verify(signed(audience="events"), MESSAGE)


@pytest.mark.parametrize("seconds", [31, -31])
def test_a_call_by_another_clock_does_not_get_in_and_the_log_says_why(
    monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    with time_machine.travel(utcnow() + timedelta(seconds=seconds)):
        headers = signed()

    monkeypatch.setattr(signatures, "log", log := CapturingLogger())
    with pytest.raises(Unsigned):
        Verifier(KEY, "cart").verify(headers, MESSAGE)

    ((_, (said,), told),) = log.calls
    assert "do the clocks agree?" in said
    assert (told["caller"], abs(told["seconds"] + seconds) <= 1) == ("market", True)


@given(part=st.sampled_from([0, 1, 2, 3]), place=st.integers(0, 1000), bit=st.integers(0, 6))
def test_no_bit_may_change(part: int, place: int, bit: int) -> None:
    raw = bytearray(MESSAGE[part] if isinstance(MESSAGE[part], bytes) else str(MESSAGE[part]).encode())
    raw[place % len(raw)] ^= 1 << bit
    changed = list(MESSAGE)
    changed[part] = bytes(raw) if part == 3 else raw.decode("latin-1")  # type: ignore[call-overload]

    with pytest.raises(Unsigned):
        Verifier(KEY, "cart").verify(signed(), tuple(changed))  # type: ignore[arg-type]


@pytest.fixture
def told(house: House) -> House:
    bell = Blueprint("bell", __name__)

    @bell.get("/bell")
    async def ring() -> dict[str, str]:
        return {"said": "ding"}

    @bell.get("/refuse")
    async def refuse() -> None:
        raise Conflict("The bell is being polished.")

    use_internal(house.apps["cart"], bell)
    return house


async def test_an_app_asks_another(told: House) -> None:
    async with told.apps["market"].app_context():
        assert await internal_api.get("cart", "/internal/cart/bell") == {"said": "ding"}


async def test_a_refusal_arrives_as_the_same_error(told: House) -> None:
    async with told.apps["market"].app_context():
        with pytest.raises(Conflict, match="The bell is being polished"):
            await internal_api.get("cart", "/internal/cart/refuse")


async def test_an_app_that_is_down_is_a_clear_failure(house: House) -> None:
    house.stop("cart")

    async with house.apps["market"].app_context():
        with pytest.raises(Unavailable):
            await internal_api.get("cart", "/internal/cart/summary")


async def test_a_stranger_does_not_get_in(told: House) -> None:
    answer = await told.client().get(told.url("cart", "/internal/cart/bell"))

    assert answer.status_code == 403


async def test_no_call_goes_out_while_a_transaction_is_open(told: House) -> None:
    @told.apps["market"].post("/t/ask-too-early/")
    async def ask() -> str:
        g.session.add(KeyValue(key="x", value=1))
        await g.session.flush()
        with pytest.raises(OutboundInTransaction):
            await internal_api.get("cart", "/internal/cart/bell")
        return "refused"

    answer = await told.client().post(told.url("market", "/t/ask-too-early/"))

    assert answer.text == "refused"
