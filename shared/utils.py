import hashlib
import hmac
import re
import secrets
import ssl
import unicodedata
from datetime import UTC, datetime
from functools import cache

import certifi

from shared.config import AppName, Settings

# The values that PostgreSQL refused, over as many lines as they have; in an exception's repr, too.
ROW = re.compile(r"DETAIL: .*?(?=(?:\n|\\n)(?:HINT|CONTEXT|\[SQL|\(Background|The above|During)|\Z)", re.DOTALL)
# Begun only where a word begins, so that the longest text is read once.
ADDRESS = re.compile(r"""(?<![^\s<>(){}'",:;=])[^\s<>(){}'",:;=]+@[^\s<>(){}'",:;=]+""")


def host_url(settings: Settings, app: AppName, path: str = "/") -> str:
    """The absolute public address of a path in an app; never built from a request's Host."""
    return f"{getattr(settings.apps, app)}/{path.lstrip('/')}"


@cache
def tls_context() -> ssl.SSLContext:
    """One for all clients of a process: reading the trusted certificates takes 90 ms and some megabytes each time."""
    return ssl.create_default_context(cafile=certifi.where())


def utcnow() -> datetime:
    return datetime.now(UTC)


def random_token(size: int = 16) -> str:
    """`size` random bytes, url-safe: for identifiers that leave the house."""
    return secrets.token_urlsafe(size)


def hash_token(token: str) -> bytes:
    """SHA-256: what is stored of a random secret, enough to know it again and of no use to whoever reads it."""
    return hashlib.sha256(token.encode()).digest()


def keyed_hash(key: str, text: str) -> str:
    """HMAC-SHA256 in hex: a secret derived from a row, or an address in a log."""
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def hide_people(text: str) -> str:
    """For what is written down about a failure: mail servers say whom they refuse, and databases which row."""
    text = ROW.sub("DETAIL: …", text) if "DETAIL:" in text else text
    return ADDRESS.sub("…@…", text) if "@" in text else text


def slugify(text: str, *, limit: int = 80) -> str:
    """ASCII, lower case, hyphens. Empty text gives an empty slug: the caller decides what then."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:limit].strip("-")
