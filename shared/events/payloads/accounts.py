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


class _AboutMember(DomainFact):
    user_id: int

    def key(self) -> str:
        return f"user:{self.user_id}"


class SecondFactorChanged(_AboutMember):
    """What a member can show beside the mailed link came or went. `notice` tells one mail about it from the next."""

    name: ClassVar[str] = "accounts.second_factor_changed"

    change: str
    notice: str


class ErasureRequested(_AboutMember):
    """A member wants to be forgotten, in a week. The mail is made from the row."""

    name: ClassVar[str] = "accounts.erasure_requested"


class ErasureFellDue(_AboutMember):
    """The week is over. Told also when it was called off meanwhile: the row decides."""

    name: ClassVar[str] = "accounts.erasure_fell_due"


class ErasureCalledOff(_AboutMember):
    """The member signed in before the week was over, and stays."""

    name: ClassVar[str] = "accounts.erasure_called_off"


class MemberErased(_AboutMember):
    """Whoever keeps something of this member forgets who they were. `address` is its keyed hash."""

    name: ClassVar[str] = "accounts.member_erased"

    address: str
