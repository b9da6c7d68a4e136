"""Calls between the apps: not one bit may change, no call is good twice, and keys change without a pause."""

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import Headers

from rose.supervisor.valkey import Valkey
from shared.infrastructure.factory import create_base_app
from shared.infrastructure.signatures import SharedNonces, Unsigned, Verifier, key_id, sign
from tests.house import House, settings_for

NOBODY = "postgresql+asyncpg://nobody@127.0.0.1:1/none"
OLD, NEW = "o" * 32, "n" * 32
MESSAGE = ("POST", "/internal/cart/lines", "a=1&b=2", b'{"n": 1}')
NAMES = ("X-Internal-Key", "X-Internal-Caller", "X-Internal-Time", "X-Internal-Nonce", "X-Internal-Signature")


def signed(key: str = NEW) -> dict[str, str]:
    return sign(key, caller="market", audience="cart", message=MESSAGE)


def flipped(text: str, place: int, bit: int) -> str:
    raw = bytearray(text.encode("latin-1"))
    raw[place % len(raw)] ^= 1 << bit
    return raw.decode("latin-1")


def test_during_a_change_of_keys_both_are_good() -> None:
    during = Verifier([NEW, OLD], "cart")

    assert during.verify(Headers(signed(OLD)), MESSAGE) == "market"
    assert during.verify(Headers(signed(NEW)), MESSAGE) == "market"


# As the README has it: first everybody learns the new key, then everybody signs with it, then the old one goes.
STEPS = [{"internal_key": OLD}, {"internal_key": OLD, "internal_key_before": NEW}]
STEPS += [{"internal_key": NEW, "internal_key_before": OLD}, {"internal_key": NEW}]


@pytest.mark.parametrize("step", range(3))
def test_while_the_apps_are_started_anew_one_by_one_no_call_is_refused(tmp_path: Path, step: int) -> None:
    for caller, called in product(STEPS[step : step + 2], repeat=2):
        there = create_base_app("cart", settings_for(NOBODY, home=tmp_path, **called))
        verifier: Verifier = there.extensions["verifier"]

        assert verifier.verify(Headers(signed(caller["internal_key"])), MESSAGE) == "market"


def test_after_a_change_of_keys_the_old_one_is_worth_nothing() -> None:
    with pytest.raises(Unsigned):
        Verifier([NEW], "cart").verify(Headers(signed(OLD)), MESSAGE)


def test_a_call_cannot_claim_another_key_than_it_was_signed_with() -> None:
    with pytest.raises(Unsigned):
        Verifier([NEW, OLD], "cart").verify(Headers(signed(OLD) | {"X-Internal-Key": key_id(NEW)}), MESSAGE)


def test_what_is_signed_gets_in() -> None:
    """Or what follows would prove nothing."""
    assert Verifier([NEW], "cart").verify(Headers(signed()), MESSAGE) == "market"


@settings(max_examples=300, deadline=None)
@given(part=st.integers(0, 3), place=st.integers(0, 200), bit=st.integers(0, 7))
def test_no_bit_of_what_is_said_may_change(part: int, place: int, bit: int) -> None:
    message: list[Any] = list(MESSAGE)
    said = message[part]
    changed = flipped(said if isinstance(said, str) else said.decode(), place, bit)
    message[part] = changed if isinstance(said, str) else changed.encode("latin-1")

    with pytest.raises(Unsigned):
        Verifier([NEW], "cart").verify(Headers(signed()), tuple(message))


@settings(max_examples=300, deadline=None)
@given(name=st.sampled_from(NAMES), place=st.integers(0, 200), bit=st.integers(0, 7))
def test_no_bit_of_a_header_may_change(name: str, place: int, bit: int) -> None:
    headers = signed()
    changed = flipped(headers[name], place, bit)
    assume("\n" not in changed and "\r" not in changed)  # the server's parser lets no such header through

    with pytest.raises(Unsigned):
        Verifier([NEW], "cart").verify(Headers(headers | {name: changed}), MESSAGE)


@settings(max_examples=200, deadline=None)
@given(cut=st.integers(1, 20), parts=st.sampled_from([(0, 1), (1, 2)]))
def test_nothing_may_move_from_one_part_to_the_next(cut: int, parts: tuple[int, int]) -> None:
    moved, (left, right) = list(MESSAGE), parts
    whole = str(moved[left]) + str(moved[right])
    moved[left], moved[right] = whole[:cut], whole[cut:]
    if tuple(moved) == MESSAGE:
        return

    with pytest.raises(Unsigned):
        Verifier([NEW], "cart").verify(Headers(signed()), tuple(moved))  # type: ignore[arg-type]


@settings(max_examples=200, deadline=None)
@given(headers=st.dictionaries(st.sampled_from(NAMES), st.text(st.characters(max_codepoint=255)), max_size=5))
def test_whatever_is_sent_is_refused_and_never_a_fault(headers: dict[str, str]) -> None:
    clean = {name: value.replace("\r", "").replace("\n", "") for name, value in headers.items()}

    with pytest.raises(Unsigned):
        Verifier([NEW], "cart").verify(Headers(clean), MESSAGE)


async def test_what_one_process_has_seen_no_other_takes(valkey: Valkey) -> None:
    one, two = SharedNonces(valkey.url), SharedNonces(valkey.url)
    await one.claim("cart", "n")

    with pytest.raises(Unsigned):
        await two.claim("cart", "n")
    await two.claim("events", "n")
    await one.aclose()
    await two.aclose()


async def test_without_valkey_calls_go_on() -> None:
    away = SharedNonces("redis://127.0.0.1:1/0")

    await away.claim("cart", "n")
    await away.aclose()


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP", "x-forwarded-host"])
async def test_a_call_that_came_through_a_proxy_is_refused_however_well_signed(house: House, name: str) -> None:
    path = "/internal/cart/summary"
    headers = sign(house.settings.internal_key, caller="blog", audience="cart", message=("GET", path, "", b""))

    inside = await house.client().get(house.url("cart", path), headers=headers | {name: "203.0.113.9"})

    assert inside.status_code == 403
    assert json.loads(inside.content)["error"] == "Forbidden"
