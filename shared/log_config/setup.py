import logging
import sys
from collections.abc import Callable, Mapping, MutableMapping
from contextvars import ContextVar
from typing import Any, TextIO

import structlog

from shared.utils import hide_people

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
# What else every line says, asked for each: the bus adds which event is being handled.
more_context: list[Callable[[], Mapping[str, str]]] = []


def without_people(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Whatever a line is made of, the words of an exception too: no address, and nothing of a row that was refused."""
    return {name: value if name.startswith("_") else _without_people(value) for name, value in entry.items()}


def _without_people(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {name: _without_people(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_without_people(one) for one in value]
    return hide_people(value if isinstance(value, str) else repr(value))


def setup_logging(app: str, *, level: str = "INFO", stream: TextIO = sys.stderr) -> None:
    """One JSON object a line (time, level, app, request id, event); colours where a person reads along."""

    def with_context(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        entry["app"] = app
        if found := request_id.get():
            entry["request_id"] = found
        for source in more_context:
            entry.update(source())
        return entry

    before: list[structlog.typing.Processor] = [
        structlog.stdlib.ExtraAdder(),
        with_context,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.format_exc_info,
        without_people,
    ]
    last: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(timestamp_key="time") if stream.isatty() else structlog.processors.JSONRenderer()
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("uvicorn.error").setLevel("WARNING")
    logging.getLogger("httpx").setLevel("WARNING")
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
