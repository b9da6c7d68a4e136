"""What a route of this app asks of the request and the app around it."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from quart import current_app

from cart.services.baskets import Identity
from cart.services.payments import Till
from cart.services.settler import Settler
from shared.infrastructure.cart_identity import current_cart_identity

T = TypeVar("T")
_running: set[asyncio.Task[Any]] = set()


def identity() -> Identity:
    return Identity.model_validate(current_cart_identity())


def till() -> Till:
    found: Till = current_app.extensions["till"]
    return found


def settler() -> Settler:
    found: Settler = current_app.extensions["settler"]
    return found


async def shielded(work: Coroutine[Any, Any, T]) -> T:
    """To the end, though the visitor may hang up: a closed tab must not cut a purchase in two."""
    task = asyncio.create_task(work)
    _running.add(task)
    task.add_done_callback(_running.discard)
    return await asyncio.shield(task)
