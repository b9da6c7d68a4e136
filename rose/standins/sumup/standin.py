"""The running stand-in, and how a route gets hold of it."""

import asyncio
import sqlite3
from dataclasses import dataclass, field
from typing import cast

from quart import Quart, current_app

from rose.standins.sumup.options import Options

_KEY = "sumup_standin"


@dataclass(frozen=True)
class StandIn:
    options: Options
    db: sqlite3.Connection
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    """Rung when there is something new to deliver."""


def use_standin(app: Quart, standin: StandIn) -> None:
    app.extensions[_KEY] = standin


def here() -> StandIn:
    return cast("StandIn", current_app.extensions[_KEY])
