"""How much one request may bring: little, except where a route says that it takes files."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from quart import Quart, current_app, request
from quart.formparser import FormDataParser
from quart.json.provider import DefaultJSONProvider
from quart.wrappers import Body, Request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

MEGABYTE = 1024 * 1024
# A picture of 10 MB, and the form around it.
UPLOAD = 11 * MEGABYTE
USUAL = MEGABYTE
MOST_FIELDS = 1000
# Of all fields of a form together, as text.
FORM_MEMORY = 500_000
DEEPEST_JSON = 32
R = TypeVar("R", bound=Callable[..., Any])


class SizedBody(Body):
    def narrow(self, most: int) -> None:
        """Raises RequestEntityTooLarge when more than that is here already."""
        self._max_content_length = most
        if len(self._data) > most:
            raise RequestEntityTooLarge


class SizedForm(FormDataParser):
    """Quart counts the parts of a multipart form, and measures each of its fields; here every kind, and the whole."""

    async def parse(self, body: Body, mimetype: str, *rest: Any) -> tuple[MultiDict[str, str], MultiDict[str, Any]]:
        """Raises RequestEntityTooLarge."""
        if mimetype != "multipart/form-data":
            _measure_words(cast("bytes", await body))
        form, files = await super().parse(body, mimetype, *rest)
        if sum(len(name) + len(value) for name, value in form.items(multi=True)) > FORM_MEMORY:
            raise RequestEntityTooLarge
        return form, files


class SizedRequest(Request):
    body_class = SizedBody
    form_data_parser_class = SizedForm
    body: SizedBody

    def narrow(self, most: int) -> None:
        if (self.content_length or 0) > most:
            raise RequestEntityTooLarge
        self.max_content_length = most
        self.body.narrow(most)


class ShallowJson(DefaultJSONProvider):
    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Raises ValueError also for what is nested deeper than anything of ours."""
        try:
            found = super().loads(s, **kwargs)
        except RecursionError:
            raise ValueError("nested too deeply") from None
        _measure(found)
        return found


def takes(most: int) -> Callable[[R], R]:
    """This route takes bodies up to so many bytes. Stands below all other decorators."""

    def mark(route: R) -> R:
        route.body_limit = most  # type: ignore[attr-defined]
        return route

    return mark


def use_sizes(app: Quart) -> None:
    app.request_class = SizedRequest
    app.json = ShallowJson(app)
    # The largest of all; the hook narrows it as soon as the route is known.
    app.config.update(MAX_CONTENT_LENGTH=UPLOAD, MAX_FORM_MEMORY_SIZE=FORM_MEMORY, MAX_FORM_PARTS=MOST_FIELDS)

    @app.before_request
    async def narrow() -> None:
        route = current_app.view_functions.get(request.endpoint or "")
        cast("SizedRequest", request).narrow(getattr(route, "body_limit", USUAL))


def _measure_words(form: bytes) -> None:
    """Before anything is taken apart. A byte is at most three of an address."""
    if form.count(b"&") >= MOST_FIELDS or len(form) > 3 * FORM_MEMORY:
        raise RequestEntityTooLarge


def _measure(found: Any) -> None:
    level = [found]
    for _ in range(DEEPEST_JSON):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return
    raise ValueError("nested too deeply")


def _children(parent: Any) -> list[Any]:
    if isinstance(parent, dict):
        return list(parent.values())
    return parent if isinstance(parent, list) else []
