"""Who may call /internal: another of our apps, within 30 seconds, once."""

import hashlib
import hmac
import time
from itertools import chain

from werkzeug.datastructures import Headers

from shared.errors import Forbidden
from shared.utils import random_token

WINDOW_SECONDS = 30
Message = tuple[str, str, str, bytes]


class Unsigned(Forbidden):
    message = "This address is for the apps of this site among themselves."


def sign(key: str, *, caller: str, audience: str, message: Message) -> dict[str, str]:
    moment, nonce = str(int(time.time())), random_token()
    return {
        "X-Internal-Caller": caller,
        "X-Internal-Time": moment,
        "X-Internal-Nonce": nonce,
        "X-Internal-Signature": _mac(key, caller, audience, moment, nonce, message),
    }


def _mac(key: str, caller: str, audience: str, moment: str, nonce: str, message: Message) -> str:  # noqa: PLR0913, PLR0917  one MAC, all its parts
    method, path, query, body = message
    texts = (part.encode() for part in (caller, audience, moment, nonce, method, path, query))
    mac = hmac.new(key.encode(), digestmod=hashlib.sha256)
    for part in chain(texts, (body,)):
        mac.update(len(part).to_bytes(8, "big") + part)
    return mac.hexdigest()


class Verifier:
    """Remembers the nonces of the last minute: a call that was overheard cannot be made again."""

    def __init__(self, key: str, audience: str) -> None:
        self.key = key
        self.audience = audience
        self.seen: dict[str, float] = {}

    def verify(self, headers: Headers, message: Message) -> str:
        """The caller's name. Raises Unsigned."""
        caller, moment = headers.get("X-Internal-Caller", ""), headers.get("X-Internal-Time", "")
        nonce, signature = headers.get("X-Internal-Nonce", ""), headers.get("X-Internal-Signature", "")
        expected = _mac(self.key, caller, self.audience, moment, nonce, message)
        if not hmac.compare_digest(expected.encode(), signature.encode()):
            raise Unsigned
        if abs(time.time() - int(moment)) > WINDOW_SECONDS or nonce in self.seen:
            raise Unsigned
        self._remember(nonce)
        return caller

    def _remember(self, nonce: str) -> None:
        now = time.monotonic()
        self.seen[nonce] = now
        while self.seen:
            oldest = next(iter(self.seen))
            if now - self.seen[oldest] < 2 * WINDOW_SECONDS:
                return
            del self.seen[oldest]
