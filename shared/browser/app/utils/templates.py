from collections.abc import Awaitable, Callable
from typing import Any, cast

from jinja2 import Environment
from quart import current_app

Context = Callable[[], Awaitable[dict[str, Any]]]


async def render(template: str, **context: Any) -> str:
    """Synchronous Jinja on loaded data: the context processors are awaited before, nothing inside."""
    found: dict[str, Any] = {}
    for processor in current_app.template_context_processors[None]:
        found |= await cast("Context", current_app.ensure_async(processor))()
    return render_alone(template, **(found | context))


def render_alone(template: str, **context: Any) -> str:
    """Without menu, basket or member: for mails, and for pages that must stand when the database does not."""
    environment: Environment = current_app.extensions["templates"]
    return environment.get_template(template).render(context)
