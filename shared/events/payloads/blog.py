from typing import ClassVar

from shared.events.bus import DomainFact


class MagicLinkRequested(DomainFact):
    """Somebody asked to sign in. The mail is made from the row: the secret is in no event."""

    name: ClassVar[str] = "blog.magic_link_requested"

    link_id: int


class SignedIn(DomainFact):
    name: ClassVar[str] = "blog.signed_in"

    user_id: int
    email: str
    session_id: str | None = None

    def key(self) -> str:
        return f"user:{self.user_id}"
