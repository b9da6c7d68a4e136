from typing import ClassVar

from shared.events.bus import DomainFact


class EmailChangeRequested(DomainFact):
    """A member wants another address. The mails are made from the row: no address is in the event."""

    name: ClassVar[str] = "accounts.email_change_requested"

    change_id: int


class EmailChanged(DomainFact):
    """A member has another address. The mail to the one before is made from the row, as above."""

    name: ClassVar[str] = "accounts.email_changed"

    undo_id: int


class MemberErased(DomainFact):
    """Whoever keeps something of this member forgets who they were. `address` is its keyed hash."""

    name: ClassVar[str] = "accounts.member_erased"

    user_id: int
    address: str

    def key(self) -> str:
        return f"user:{self.user_id}"
