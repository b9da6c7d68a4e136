"""What crosses the border to SumUp: money as JSON numbers out and in, and the hints it sends."""

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sumup._events import verify_event_signature
from sumup.events import EventSignatureError

from shared.browser.app.payments.money import to_major, to_minor
from shared.browser.app.payments.sumup import parse_webhook, verify_signature

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@given(st.integers(0, 10**12), st.sampled_from(["GBP", "CLP", "HUF"]))
def test_money_survives_the_journey_through_json(amount: int, currency: str):
    sent = json.dumps(to_major(amount, currency))

    assert to_minor(json.loads(sent, parse_float=Decimal, parse_int=Decimal), currency) == amount


@given(st.integers(1, 10**10))
def test_money_is_written_with_two_places_at_most(amount: int):
    written = Decimal(json.dumps(to_major(amount, "GBP")))

    assert written == Decimal(amount) / 100


def signed(body: bytes, secret: str, moment: datetime) -> str:
    stamp = str(int(moment.timestamp()))
    return f"t={stamp},v1={hmac.new(secret.encode(), f'v1:{stamp}:'.encode() + body, hashlib.sha256).hexdigest()}"


def event(kind: str, thing: str = "checkout") -> bytes:
    reference = {"id": "c-1", "type": thing, "url": "http://127.0.0.1/v0.1/checkouts/c-1"}
    return json.dumps({"id": "e-1", "type": kind, "created_at": NOW.isoformat(), "object": reference}).encode()


@pytest.mark.parametrize(
    "body",
    [b'{"event_type": "CHECKOUT_STATUS_CHANGED", "id": "c-1"}', event("checkouts.paid"), event("checkouts.failed")],
)
def test_both_kinds_of_webhook_name_a_checkout(body: bytes):
    assert parse_webhook(body) == "c-1"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"[" * 60_000,
        b'{"event_type": "OTHER", "id": "c-1"}',
        b'{"event_type": "CHECKOUT_STATUS_CHANGED", "id": 7}',
        b'{"event_type": "CHECKOUT_STATUS_CHANGED", "id": "../x"}',
        b'{"event_type": "CHECKOUT_STATUS_CHANGED", "id": "c-1", "x": "' + b"x" * 70_000 + b'"}',
        b'{"type": [], "object": {"type": "checkout", "id": "c-1"}}',
        event("readers.created", "reader"),
        event("checkouts.paid", "reader"),
        event("checkouts.exploded"),
    ],
)
def test_everything_else_names_nothing(body: bytes):
    assert parse_webhook(body) is None


@given(st.binary(max_size=200))
def test_no_webhook_body_breaks_us(body: bytes):
    assert parse_webhook(body) is None


NAMES = ["event_type", "id", "type", "object", "checkout", "CHECKOUT_STATUS_CHANGED", "checkouts.paid", "c-1", "../c"]
WORDS = st.sampled_from(NAMES)
SOME = st.dictionaries(WORDS, st.deferred(lambda: VALUES), max_size=4)
VALUES = st.recursive(
    WORDS | st.none() | st.integers() | st.text(max_size=90),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)
KNOWN = {"event_type": "CHECKOUT_STATUS_CHANGED", "id": "c-1", "type": "checkouts.paid"}
OBJECT = {"type": "checkout", "id": "c-1"}


@settings(max_examples=150, deadline=None)
@given(SOME, SOME, st.sets(st.sampled_from([*KNOWN])))
def test_only_a_checkouts_id_comes_out_of_a_webhook(changes: Any, inner: Any, kept: set[str]):
    body = {name: KNOWN[name] for name in kept} | {"object": OBJECT | inner} | changes

    found = parse_webhook(json.dumps(body).encode())

    named = [body.get("id")] if body.get("event_type") == KNOWN["event_type"] else []
    if isinstance(body.get("type"), str) and body["type"].startswith("checkouts.") and isinstance(body["object"], dict):
        named += [body["object"].get("id")] if body["object"].get("type") == "checkout" else []
    assert found is None or found in named
    assert found is None or re.fullmatch("[A-Za-z0-9_-]{1,64}", found)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 200), st.integers(0, 6))
def test_no_bit_of_a_signature_may_change(place: int, bit: int):
    body = event("checkouts.paid")
    header = signed(body, "secret", NOW)
    raw = bytearray(header.encode())
    raw[place % len(raw)] ^= 1 << bit
    changed = raw.decode()

    assert verify_signature(body, changed, "secret", NOW) == (
        # The digits of a hash mean the same in capitals.
        changed[:-64] == header[:-64] and changed[-64:].lower() == header[-64:]
    )


def test_a_signature_is_valid_for_five_minutes():
    body = event("checkouts.paid")
    header = signed(body, "secret", NOW)

    assert verify_signature(body, header, "secret", NOW + timedelta(seconds=299))
    assert not verify_signature(body, header, "secret", NOW + timedelta(seconds=301))
    assert not verify_signature(body, header, "secret", NOW - timedelta(seconds=301))


@pytest.mark.parametrize("header", ["", "t=1", "v1=00", "t=x,v1=" + "0" * 64, "t=٣,v1=" + "0" * 64])
def test_a_signature_that_is_none_is_refused(header: str):
    assert not verify_signature(b"{}", header, "secret", NOW)


def test_a_changed_body_or_another_secret_breaks_the_signature():
    body = event("checkouts.paid")
    header = signed(body, "secret", NOW)

    assert not verify_signature(body + b" ", header, "secret", NOW)
    assert not verify_signature(body, header, "other", NOW)
    assert not verify_signature(body, signed(body, "", NOW), "", NOW)


@given(st.binary(max_size=64), st.sampled_from(["secret", "other"]), st.integers(-400, 400))
def test_we_believe_what_sumups_own_sdk_believes(body: bytes, secret: str, seconds: int):
    now = datetime.now(UTC)
    header = signed(body, secret, now + timedelta(seconds=seconds))

    assert verify_signature(body, header, "secret", now) == sdk_believes(body, header) or abs(seconds) in range(
        298, 303
    )


def sdk_believes(body: bytes, header: str) -> bool:
    try:
        verify_event_signature("secret", body, header)
    except EventSignatureError:
        return False
    return True
