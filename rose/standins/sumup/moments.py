"""Times are seconds since 1970 inside, ISO 8601 in UTC outside."""

from datetime import UTC, datetime


def iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")


def day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


def seconds(text: str) -> float:
    """Raises ValueError. A time without a zone is read as UTC."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
