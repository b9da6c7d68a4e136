"""The one place that reads configuration: app-config.yaml, and over it the environment."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    IPvAnyNetwork,
    ValidationError,
    field_validator,
    model_validator,
)

from shared.design import Design
from shared.errors import DomainError

AppName = Literal["blog", "market", "cart", "events"]
CURRENCIES = ["BRL", "CHF", "CLP", "COP", "CZK", "DKK", "EUR", "GBP", "HRK", "HUF", "NOK", "PLN", "RON", "SEK", "USD"]
SERVICES = ("database_url", "database_direct_url", "redis_url", "smtp_url")


class ConfigurationWrong(DomainError):
    message = "The configuration is not complete."


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Collection(Part):
    """Where and when buyers collect goods, in the words that they read."""

    place: str = Field(min_length=1)
    times: str = Field(min_length=1)

    @property
    def in_words(self) -> str:
        return f"{self.times}, {self.place}"


class Site(Part):
    name: str = Field(min_length=1)
    tagline: str = ""
    email: str
    address: str = ""
    collection: Collection | None = None
    currency: str
    zone: str
    locale: str = "en_GB"

    @field_validator("currency")
    @classmethod
    def known_currency(cls, value: str) -> str:
        if value not in CURRENCIES:
            raise ValueError(f"expected one of {', '.join(CURRENCIES)}")
        return value

    @field_validator("zone")
    @classmethod
    def known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("expected the name of a time zone, like Europe/London")
        return value

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


class Apps(Part):
    """Public addresses, without a slash at the end."""

    blog: str
    market: str
    cart: str
    events: str

    @field_validator("*")
    @classmethod
    def an_origin(cls, value: str) -> str:
        HttpUrl(value)
        return value.rstrip("/")


class Features(Part):
    newsletters: bool = True
    guest_checkout: bool = True
    # Whoever has a role shows a passkey or an authenticator app beside the mailed link.
    staff_second_factor: bool = True


class Holds(Part):
    """How long places wait for a buyer, in minutes: in the basket, and while the payment page is open."""

    ticket_minutes: int = Field(15, ge=1, le=120)
    payment_minutes: int = Field(30, ge=5, le=120)


class SumUpAccount(Part):
    api_key: str
    merchant_code: str
    base_url: str = "https://api.sumup.com"
    webhook_secret: str | None = None


class Relay(Part):
    """The broker that public events are poured into, and the JetStream that takes them (NATS only)."""

    url: str
    stream: str = "EV"


class Inbox(Part):
    """The JetStream of NATS that strangers' events are taken from."""

    url: str
    stream: str = "IN"


class Settings(Part):
    site: Site
    apps: Apps
    internal_apps: Apps
    features: Features = Features()
    holds: Holds = Holds()
    design: Design = Design()
    database_url: str = Field(pattern=r"^postgresql\+asyncpg://")
    # PostgreSQL's own, when database_url is that of a pooler which hands out a connection for each transaction.
    database_direct_url: str | None = Field(None, pattern=r"^postgresql\+asyncpg://")
    redis_url: str | None = None
    smtp_url: str | None = None
    secret_key: str = Field(min_length=32)
    # Keys from before, newest first: what they sealed is still opened, and nothing new is sealed with them.
    secret_key_fallbacks: list[str] = []
    # For four apps on sibling sub-domains: the domain above them, which their one session cookie is for.
    cookie_domain: str | None = None
    internal_key: str = Field(min_length=32)
    # While the key is changed: the other one, of calls that are good too. Calls are signed with internal_key alone.
    internal_key_before: str | None = Field(None, min_length=32)
    sumup: SumUpAccount | None = None
    relay: Relay | None = None
    inbox: Inbox | None = None
    metrics_token: str | None = Field(None, min_length=16)
    home: Path = Path(".rose")
    debug: bool = False
    # Addresses of the proxies in front: only what they say of a visitor's address is believed.
    trusted_proxies: list[IPvAnyNetwork] = []

    @model_validator(mode="after")
    def one_cookie_for_all(self) -> "Settings":
        hosts = {urlsplit(url).hostname or "" for url in self.apps.model_dump().values()}
        if self.secure and len(hosts) > 1 and not self.cookie_domain:
            raise ValueError("cookie_domain is needed when the four apps have different hosts, like: example.org")
        if self.cookie_domain and not all(f".{host}".endswith(f".{self.cookie_domain}") for host in hosts):
            raise ValueError(f"cookie_domain {self.cookie_domain} is not above every app's host")
        return self

    @property
    def secret_keys(self) -> list[str]:
        return [self.secret_key, *self.secret_key_fallbacks]

    @property
    def hosts(self) -> frozenset[str]:
        """Every Host header that is ours."""
        urls = [*self.apps.model_dump().values(), *self.internal_apps.model_dump().values()]
        return frozenset(url.split("://", 1)[1].lower() for url in urls)

    @property
    def secure(self) -> bool:
        return self.apps.blog.startswith("https://")


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Raises ConfigurationWrong naming each key that is missing or wrong, and what was expected."""
    path = Path(environ.get("ROSE_CONFIG", "app-config.yaml"))
    try:
        values: dict[str, Any] = yaml.safe_load(path.read_text("utf-8")) or {}
    except (OSError, yaml.YAMLError) as error:
        raise ConfigurationWrong(f"{path} cannot be read: {error}") from error
    try:
        return Settings.model_validate(_under_environment(values, environ))
    except ValidationError as error:
        raise ConfigurationWrong(_sentences(error)) from error


def _under_environment(values: dict[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    apps = dict(values.get("apps") or {})
    for name in Apps.model_fields:
        apps[name] = environ.get(f"{name.upper()}_URL", apps.get(name))
    inside = {name: environ.get(f"{name.upper()}_INTERNAL_URL", apps[name]) for name in apps}
    found = {
        **values,
        "apps": {name: url for name, url in apps.items() if url},
        "internal_apps": {name: url for name, url in inside.items() if url},
        "home": environ.get("ROSE_HOME", ".rose"),
        "debug": environ.get("ROSE_DEBUG", "") == "1",
        "sumup": _sumup(environ),
        "relay": _broker(environ, "RELAY"),
        "inbox": _broker(environ, "INBOX"),
    }
    for name in (*SERVICES, "secret_key", "internal_key", "internal_key_before", "metrics_token"):
        found[name] = _secret(environ, name.upper())
    found["secret_key_fallbacks"] = (_secret(environ, "SECRET_KEY_FALLBACKS") or "").split()
    return {key: value for key, value in found.items() if value is not None}


def _sumup(environ: Mapping[str, str]) -> dict[str, str] | None:
    key = _secret(environ, "SUMUP_API_KEY")
    if not key:
        return None
    found = {"api_key": key, "merchant_code": environ.get("SUMUP_MERCHANT_CODE", "")}
    if base := environ.get("SUMUP_BASE_URL"):
        found["base_url"] = base
    if secret := _secret(environ, "SUMUP_WEBHOOK_SECRET"):
        found["webhook_secret"] = secret
    return found


def _broker(environ: Mapping[str, str], name: str) -> dict[str, str] | None:
    url = _secret(environ, f"{name}_URL")
    if not url:
        return None
    stream = environ.get(f"{name}_STREAM")
    return {"url": url, "stream": stream} if stream else {"url": url}


def _secret(environ: Mapping[str, str], name: str) -> str | None:
    """NAME, or the content of the file that NAME_FILE points at."""
    if file := environ.get(f"{name}_FILE"):
        return Path(file).read_text("utf-8").strip()
    return environ.get(name) or None


def _sentences(error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        key = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "missing":
            lines.append(f"{key} is missing (app-config.yaml, or {key.upper().replace('.', '_')} in the environment)")
        else:
            lines.append(f"{key}: {problem['msg'].removeprefix('Value error, ')}")
    return "The configuration is not complete:\n  " + "\n  ".join(lines)
