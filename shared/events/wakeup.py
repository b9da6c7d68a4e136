"""Readers in this process are woken after a commit; those in other processes find the fact at their next poll."""

import asyncio
from typing import Any
from weakref import WeakSet

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

_waiting: WeakSet[asyncio.Event] = WeakSet()


def new_bell() -> asyncio.Event:
    bell = asyncio.Event()
    _waiting.add(bell)
    return bell


def wake_after_commit(session: AsyncSession) -> None:
    session.sync_session.info["emitted"] = True


@event.listens_for(Session, "after_commit")
def _ring(session: Session, *_: Any) -> None:
    if session.info.pop("emitted", False):
        for bell in _waiting:
            bell.set()
