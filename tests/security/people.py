"""Whom the gatekeeper knows, with what they carry: the nouns of the model in gatekeeper.py."""

from dataclasses import dataclass, field

import httpx
import pyotp

from shared.models import MagicLink
from tests.fakes.passkey import SoftPasskey


@dataclass(eq=False)
class Person:
    """`last_step` is the newest half minute whose digits were taken, `counted` what their passkey showed last.

    `came`, `passkey_came` and `app_came` say in which order they and what they have came, between changes of addresses.
    """

    email: str
    roles: set[str] = field(default_factory=set)
    device: SoftPasskey = field(default_factory=SoftPasskey)
    has_passkey: bool = False
    counted: int = 0
    app: pyotp.TOTP | None = None
    came: int = 0
    passkey_came: int = 0
    app_came: int = 0
    last_step: int = 0
    codes: list[str] = field(default_factory=list)
    spent: list[str] = field(default_factory=list)

    @property
    def is_staff(self) -> bool:
        return bool(self.roles)

    @property
    def has_factor(self) -> bool:
        return self.has_passkey or self.app is not None

    def lose_factors(self, *, passkey: bool = True, app: bool = True) -> None:
        """Recovery codes stand in for a factor: with the last one they are worth nothing."""
        self.has_passkey = self.has_passkey and not passkey
        self.app = None if app else self.app
        if not self.has_factor:
            self.lose_codes()

    def lose_codes(self) -> None:
        self.spent += self.codes
        self.codes = []


@dataclass(eq=False)
class Visit:
    """Somebody signed in, in one browser. `proved` is when they last showed who they are."""

    of: Person
    created: int
    used: int
    proved: int | None
    second: bool


@dataclass(eq=False)
class Browser:
    client: httpx.AsyncClient
    visit: Visit | None = None

    @property
    def cookie(self) -> str:
        return self.client.cookies.get("sid", "")


@dataclass(eq=False)
class Mail:
    """A link and six digits, for the browser that asked."""

    link: MagicLink
    asker: Browser
    asked: int
    tries: int = 0
    used: bool = False


@dataclass(eq=False)
class Challenge:
    """`whose` it is: of the member who adds a passkey, or nobody's, to sign in with."""

    options: dict[str, str]
    whose: Person | None
    given: int
    used: bool = False


@dataclass(eq=False)
class Change:
    """Of an address, or the way back from one. `over` when it was used, or another took its place."""

    of: Person
    email: str
    path: str
    asked: int
    over: bool = False
    came: int = 0
