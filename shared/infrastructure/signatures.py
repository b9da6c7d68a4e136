"""Who may call /internal: another of our apps, within 30 seconds, once.

Keys change without a pause: every call names the key it was signed with, and a second key is good for as long as it
stands in the settings. Every app has to know the new key before the first one signs with it (README).
"""

import hashlib
import hmac
import time
from collections.abc import Sequence
from itertools import chain

import structlog
from werkzeug.datastructures import Headers

from shared.breaker import Away
from shared.db.valkey import breaker, connect
from shared.errors import Forbidden
from shared.utils import random_token

log = structlog.get_logger("internal")

WINDOW_SECONDS = 30
REMEMBERED_SECONDS = 2 * WINDOW_SECONDS
Message = tuple[str, str, str, bytes]


class Unsigned(Forbidden):
    message = "This address is for the apps of this site among themselves."


def key_id(key: str) -> str:
    """Which key, without saying anything of it."""
    return hashlib.sha256(f"key id:{key}".encode()).hexdigest()[:12]


def sign(key: str, *, caller: str, audience: str, message: Message) -> dict[str, str]:
    told = {
        "X-Internal-Key": key_id(key),
        "X-Internal-Caller": caller,
        "X-Internal-Time": str(int(time.time())),
        "X-Internal-Nonce": random_token(),
    }
    return told | {"X-Internal-Signature": _mac(key, audience, list(told.values()), message)}


def _mac(key: str, audience: str, told: Sequence[str], message: Message) -> str:
    """Every part with its length before it, so that no two calls have the same bytes."""
    method, path, query, body = message
    texts = (part.encode("utf-8", "surrogatepass") for part in (audience, *told, method, path, query))
    mac = hmac.new(key.encode(), digestmod=hashlib.sha256)
    for part in chain(texts, (body,)):
        mac.update(len(part).to_bytes(8, "big") + part)
    return mac.hexdigest()


class Verifier:
    """Remembers the nonces of the last minute: a call that was overheard cannot be made again."""

    def __init__(self, keys: str | Sequence[str], audience: str) -> None:
        self.keys = {key_id(key): key for key in ([keys] if isinstance(keys, str) else keys)}
        self.audience = audience
        self.seen: dict[str, float] = {}

    def verify(self, headers: Headers, message: Message) -> str:
        """The caller's name. Raises Unsigned."""
        names = ("X-Internal-Key", "X-Internal-Caller", "X-Internal-Time", "X-Internal-Nonce")
        told = [headers.get(name, "") for name in names]
        known, caller, moment, nonce = told
        # A key that is not ours is still one comparison, so that answers take the same time.
        expected = _mac(self.keys.get(known, random_token()), self.audience, told, message)
        if not hmac.compare_digest(expected.encode(), headers.get("X-Internal-Signature", "").encode()):
            raise Unsigned
        age = time.time() - int(moment)
        if abs(age) > WINDOW_SECONDS:
            log.warning("a call is too old or not yet made: do the clocks agree?", caller=caller, seconds=round(age))
            raise Unsigned
        if nonce in self.seen:
            raise Unsigned
        self._remember(nonce)
        return caller

    def _remember(self, nonce: str) -> None:
        now = time.monotonic()
        self.seen[nonce] = now
        while self.seen:
            oldest = next(iter(self.seen))
            if now - self.seen[oldest] < REMEMBERED_SECONDS:
                return
            del self.seen[oldest]


class SharedNonces:
    """What other processes of this app have seen, and this one before it was started anew; in Valkey."""

    def __init__(self, url: str) -> None:
        self.redis, self.breaker = connect(url), breaker(url)

    async def claim(self, audience: str, nonce: str) -> None:
        """Raises Unsigned when it was used. While Valkey is away, each process knows only its own."""
        name = hashlib.sha256(f"{audience}:{nonce}".encode()).hexdigest()
        try:
            fresh = await self.breaker.ask(lambda: self.redis.set(f"nonces:{name}", 1, nx=True, ex=REMEMBERED_SECONDS))
        except Away:
            log.warning("nonces are not shared")
            return
        if not fresh:
            raise Unsigned

    async def aclose(self) -> None:
        await self.redis.aclose()
