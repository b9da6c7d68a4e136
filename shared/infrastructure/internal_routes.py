from typing import TypeVar, cast

from pydantic import BaseModel, ValidationError
from quart import Blueprint, Quart, current_app, request

from shared.errors import Invalid
from shared.infrastructure.signatures import SharedNonces, Unsigned, Verifier

Called = TypeVar("Called", bound=BaseModel)

# Our apps call each other directly. What a proxy handed on came from outside, however well it is signed.
FORWARDED = frozenset(
    {"forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "cf-connecting-ip"}
)


def use_internal(app: Quart, *blueprints: Blueprint) -> None:
    """Mounts routes under /internal/<app>: only signed calls of the other apps get in."""
    name = app.extensions["app_name"]
    # The hook is the app's, not the blueprint's: a blueprint that another app object has mounted takes no more hooks.
    inside = {blueprint.name for blueprint in blueprints}

    @app.before_request
    async def signed_only() -> None:
        if request.blueprint in inside:
            await _verify()

    for blueprint in blueprints:
        app.register_blueprint(blueprint, url_prefix=f"/internal/{name}")


async def read_call(form: type[Called]) -> Called:
    """What another app sent. Raises Invalid."""
    body = cast("bytes", await request.get_data(as_text=False))
    if b"\\u0000" in body:  # PostgreSQL has no place for it
        raise Invalid("The call is not as agreed: it has a NUL.")
    try:
        return form.model_validate_json(body)
    except ValidationError as error:
        raise Invalid(f"The call is not as agreed: {error.errors()[0]['msg']}") from None


async def _verify() -> None:
    if not FORWARDED.isdisjoint(name.lower() for name in request.headers.keys()):  # noqa: SIM118  not a dict
        raise Unsigned
    verifier: Verifier = current_app.extensions["verifier"]
    body = cast("bytes", await request.get_data(as_text=False))
    query = request.query_string.decode("latin-1")
    verifier.verify(request.headers, (request.method, request.path, query, body))
    shared: SharedNonces | None = current_app.extensions["nonces"]
    if shared is not None:
        await shared.claim(verifier.audience, request.headers["X-Internal-Nonce"])
