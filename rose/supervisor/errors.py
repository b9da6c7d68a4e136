from shared.errors import DomainError


class CannotRun(DomainError):
    """Something the operator must put right; the message says what, in a sentence or two, and how."""

    message = "The site cannot run here."
