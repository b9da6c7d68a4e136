"""What the apps agree on between each other, as an OpenAPI document: made of their routes and of what these read.

Nobody serves it. A new internal route is in it as soon as it is registered.
"""

import inspect
import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from quart import Quart
from werkzeug.routing import Rule

# They change what their address names; nothing that is sent is read.
READS_NOTHING = {"extend_hold"}
ANYTHING: dict[str, Any] = {"anyOf": [{"type": "integer"}, {"type": "string"}]}
REFUSAL = {
    "type": "object",
    "properties": {"error": {"type": "string", "minLength": 1}, "message": {"type": "string", "minLength": 1}},
    "required": ["error", "message"],
    "additionalProperties": False,
}
REFUSALS = (403, 404, 409, 415, 422)


def document(app: Quart) -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = {}
    for rule in internal_rules(app):
        view = app.view_functions[rule.endpoint]
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            paths.setdefault(path, {})[method.lower()] = _operation(rule, view, method)
    return {"openapi": "3.1.0", "info": {"title": app.name, "version": "1"}, "paths": paths}


def internal_rules(app: Quart) -> Iterator[Rule]:
    return (rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/internal/"))


def _operation(rule: Rule, view: Any, method: str) -> dict[str, Any]:
    told: dict[str, Any] = {"parameters": [*_in_path(rule)], "responses": _answers()}
    if method in {"POST", "PUT", "PATCH"} and view.__name__ not in READS_NOTHING:
        schema = call_of(view).model_json_schema(ref_template="#/x-calls/{model}")
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": _whole(schema)}}}
    elif method == "GET":
        told["parameters"] += _in_question(view)
    return told


def call_of(view: Any) -> type[BaseModel]:
    """The one model that a route names. ValueError for a route that names none: it takes what it is sent unread."""
    named = [inspect.unwrap(view).__globals__.get(name) for name in inspect.unwrap(view).__code__.co_names]
    models = [one for one in named if isinstance(one, type) and issubclass(one, BaseModel)]
    if len(models) != 1:
        raise ValueError(f"{view.__module__}.{view.__name__}: {models}")
    return models[0]


def _whole(schema: dict[str, Any]) -> dict[str, Any]:
    """With what it refers to in its place."""
    calls = schema.pop("$defs", {})

    def put(part: Any) -> Any:
        if isinstance(part, list):
            return [put(one) for one in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            return put(calls[part["$ref"].rpartition("/")[2]])
        return {name: put(value) for name, value in part.items()}

    found: dict[str, Any] = put(schema)
    return found


def _in_path(rule: Rule) -> Iterator[dict[str, Any]]:
    for name in sorted(rule.arguments):
        is_number = f"<int:{name}>" in rule.rule
        schema = {"type": "integer", "minimum": 0} if is_number else {"type": "string", "minLength": 1}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _in_question(view: Any) -> list[dict[str, Any]]:
    """Whatever any route of the same file looks for in an address."""
    source = inspect.getsource(inspect.getmodule(view) or view)
    names = sorted(set(re.findall(r"""request\.args(?:\.get\(|\[)"(\w+)\"""", source)))
    return [{"name": name, "in": "query", "schema": ANYTHING} for name in names]


def _answers() -> dict[str, Any]:
    answered = {"type": ["object", "array"]}
    given = {"200": {"description": "done", "content": {"application/json": {"schema": answered}}}}
    refused = {"description": "refused", "content": {"application/json": {"schema": REFUSAL}}}
    given["400"] = {"description": "no address", "content": {"text/plain": {"schema": {"type": "string"}}}}
    return given | {"204": {"description": "done"}} | {str(status): refused for status in REFUSALS}
