from typing import cast

from quart import Blueprint, Quart, current_app, request

from shared.infrastructure.signatures import Verifier


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


async def _verify() -> None:
    verifier: Verifier = current_app.extensions["verifier"]
    body = cast("bytes", await request.get_data(as_text=False))
    query = request.query_string.decode()
    verifier.verify(request.headers, (request.method, request.path, query, body))
