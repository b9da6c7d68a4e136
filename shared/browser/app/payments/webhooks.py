"""SumUp's calls to us: hints that something changed. Neither kind says what: ask for the checkout, and compare.

Check that the id is one of ours before asking, or a stranger spends our allowance at SumUp.
"""

import hashlib
import hmac
import json
import re
from datetime import datetime
from typing import Any

SIGNATURE = "X-SumUp-Webhook-Signature"
TOLERANCE_SECONDS = 300
LARGEST_BODY = 64 * 1024

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SIGNATURE = re.compile(r"t=([0-9]{1,16}),v1=([0-9a-fA-F]{64})")
_SIGNED_TYPES = frozenset(f"checkouts.{what}" for what in ("created", "updated", "paid", "failed", "expired"))


def parse_webhook(body: bytes) -> str | None:
    """The id of a checkout to look at; None for everything else, which deserves no more than an empty 2xx."""
    match _read(body):
        case {"event_type": "CHECKOUT_STATUS_CHANGED", "id": str(found)}:
            return _id(found)
        case {"type": str(kind), "object": {"type": "checkout", "id": str(found)}} if kind in _SIGNED_TYPES:
            return _id(found)
        case _:
            return None


def verify_signature(body: bytes, header: str, secret: str, now: datetime) -> bool:
    """The header SIGNATURE over the body as it came, byte for byte.

    True within five minutes of the signed time. A valid signature proves the sender, not the outcome.
    """
    found = _SIGNATURE.fullmatch(header.strip()) if secret else None
    if found is None or abs(now.timestamp() - int(found[1])) > TOLERANCE_SECONDS:
        return False
    expected = hmac.new(secret.encode(), f"v1:{found[1]}:".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, found[2].lower())


def _read(body: bytes) -> Any:
    if len(body) > LARGEST_BODY:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _id(text: str) -> str | None:
    return text if _ID.fullmatch(text) else None
