from shared.errors import DomainError


class BuildFailed(DomainError):
    message = "The style sheets and scripts could not be built."
