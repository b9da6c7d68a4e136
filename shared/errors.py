"""What can go wrong in the rules, said to members. No HTTP here: browser/app/errors.py gives each family its status."""


class DomainError(Exception):
    """A refusal that the person in front of the page can understand: a full sentence, in their words."""

    message = "That could not be done."

    def __init__(self, message: str | None = None, *, field: str | None = None) -> None:
        self.message = message or type(self).message
        self.field = field
        super().__init__(self.message)


class NotFound(DomainError):
    message = "The address may have a slip in it, or the page has moved."


class Forbidden(DomainError):
    message = "You are signed in, but this account has no access."


class Conflict(DomainError):
    message = "Somebody was faster: this has changed meanwhile."


class Invalid(DomainError):
    message = "Something in the form needs a second look."


class Unavailable(DomainError):
    """`wait` is in whole seconds: when the next try has a chance."""

    wait = 5
    message = "A part of the site does not answer just now. Nothing is lost; please try again in a moment."


class TooMany(DomainError):
    """`wait` as for Unavailable."""

    message = "That was a little too often. Please wait a moment and try again."

    def __init__(self, message: str | None = None, *, wait: int = 60) -> None:
        super().__init__(message)
        self.wait = wait
