"""What a browser may send. Unknown fields are refused; every error is a sentence that says how to mend it."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticUndefined
from quart import request
from werkzeug.datastructures import MultiDict

from shared.errors import DomainError, Invalid


class Form(BaseModel):
    """An empty field is a missing one. `Field(title="price")` is the noun in its error sentences."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


F = TypeVar("F", bound=Form)

SENTENCES = {
    "missing": "Enter {noun}",
    "string_too_short": "Enter {noun} with at least {min_length} characters",
    "string_too_long": "{Noun} must be {max_length} characters or fewer",
    "string_pattern_mismatch": "{Noun} has characters or a form that is not allowed here",
    "int_parsing": "{Noun} must be a whole number",
    "int_from_float": "{Noun} must be a whole number",
    "decimal_parsing": "{Noun} must be a number",
    "greater_than": "{Noun} must be more than {gt}",
    "greater_than_equal": "{Noun} must be {ge} or more",
    "less_than_equal": "{Noun} must be {le} or less",
    "datetime_parsing": "{Noun} must be a date and time",
    "datetime_from_date_parsing": "{Noun} must be a date and time",
    "date_from_datetime_parsing": "{Noun} must be a date",
    "date_parsing": "{Noun} must be a date",
    "literal_error": "Choose one of the offered values for {noun}",
    "enum": "Choose one of the offered values for {noun}",
}
UNKNOWN = "Something was sent that this form has no field for. Open the page anew and try again"


class Submitted(Generic[F]):
    """A form as it came: the typed value when all is well, else the raw values and what is wrong with them."""

    def __init__(self, form: type[F], values: dict[str, Any], errors: dict[str, str], value: F | None) -> None:
        self.form = form
        self.values = values
        self.errors = errors
        self._value = value

    @classmethod
    def of(cls, form: type[F], values: Mapping[str, Any] | None = None) -> "Submitted[F]":
        """The form before anybody sent it: empty, or filled from a row."""
        given = {key: "" if value is None else value for key, value in (values or {}).items()}
        defaults = {
            name: _shown(field.get_default(call_default_factory=True, validated_data={}))
            for name, field in form.model_fields.items()
        }
        return cls(form, defaults | given, {}, None)

    @property
    def ok(self) -> bool:
        return not self.errors and self._value is not None

    @property
    def value(self) -> F:
        """Raises Invalid when the form is not right: look at `ok` first."""
        if self._value is None or self.errors:
            raise Invalid(next(iter(self.errors.values()), None))
        return self._value

    def refuse(self, error: DomainError, *, field: str | None = None) -> None:
        """A rule said no: shown at the field it names, else above the form."""
        self.errors[error.field or field or ""] = error.message


async def read_form(form: type[F]) -> Submitted[F]:
    return check_form(form, await request.form)


def check_form(form: type[F], sent: MultiDict[str, str]) -> Submitted[F]:
    raw = {
        key: [_typed(one) for one in sent.getlist(key)] if _is_list(form, key) else _typed(sent[key])
        for key in sent
        if key in form.model_fields
    }
    given = {key: value for key, value in raw.items() if value not in ("", [""])}
    values = {name: [] if _is_list(form, name) else "" for name in form.model_fields} | raw
    # However many there are: names that nobody gave a field are not said again.
    unknown = {} if sent.keys() <= form.model_fields.keys() else {"": UNKNOWN}
    try:
        return Submitted(form, values, unknown, form.model_validate(given))
    except ValidationError as error:
        errors = {str((problem["loc"] or ("",))[0]): _sentence(form, problem) for problem in error.errors()}
        return Submitted(form, values, errors | unknown, None)


def _typed(text: str) -> str:
    """Nobody types a NUL, and PostgreSQL has no place for one."""
    return text.replace("\0", "")


def _shown(default: Any) -> Any:
    return "" if default is None or default is PydanticUndefined else default


def _is_list(form: type[Form], name: str) -> bool:
    field = form.model_fields.get(name)
    return field is not None and get_origin(field.annotation) is list


def _sentence(form: type[Form], problem: ErrorDetails) -> str:
    name = str((problem["loc"] or ("",))[0])
    field = form.model_fields.get(name)
    noun = (field and field.title) or name.replace("_", " ")
    words = {"noun": noun, "Noun": noun[:1].upper() + noun[1:], **problem.get("ctx", {})}
    if template := SENTENCES.get(problem["type"]):
        return template.format(**words)
    message = problem["msg"].removeprefix("Value error, ")
    return message if message[:1].isupper() else f"{words['Noun']} {message}"
