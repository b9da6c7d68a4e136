"""The one door of the API: who may come in, and the one place every answer passes on its way out."""

import hmac
from typing import Any

from quart import Blueprint, Quart, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from rose.standins.sumup import refusals
from rose.standins.sumup.refusals import Refused
from rose.standins.sumup.standin import here


def use_gate(api: Blueprint, app: Quart) -> None:
    api.before_request(_let_in)
    api.after_request(_let_out)
    app.register_error_handler(Refused, _refuse)
    app.register_error_handler(HTTPException, _explain)


def own_merchant(code: str) -> None:
    """One key is one merchant's."""
    if code != here().options.merchant_code:
        raise refusals.forbidden()


async def _let_in() -> None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    known = here().options.api_key.encode()
    if scheme.lower() != "bearer" or not hmac.compare_digest(key.strip().encode(), known):
        raise refusals.unauthorized()


async def _let_out(response: Response) -> Response:
    """Faults on demand belong here: an answer can be delayed, lost or changed without any route knowing."""
    response.headers["Cache-Control"] = "no-store"
    return response


async def _refuse(refused: Any) -> Response:
    response = jsonify(refused.body)
    response.status_code = refused.status
    response.content_type = refused.mime
    return response


async def _explain(error: Any) -> Response:
    return await _refuse(Refused(error.code or 500, {"error_code": error.name.upper(), "message": error.description}))
