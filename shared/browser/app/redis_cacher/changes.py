"""From a change in the database to the pages that show it: told right after the commit, and once more by the event."""

import asyncio
import json
from collections.abc import Iterable
from typing import ClassVar

from quart import current_app, g, has_app_context, has_request_context
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from shared.browser.app.redis_cacher.clock import EVERYTHING, Moment
from shared.events.bus import DomainFact, emit_event
from shared.events.outbox import FACTS

__all__ = ["EVERYTHING", "PagesChanged", "bump_pages", "invalidate", "told_changes"]

CHANGED = "changed_tags"


class PagesChanged(DomainFact):
    """Written with the change itself: whoever handles it tells it once more, which is harmless."""

    name: ClassVar[str] = "browser.pages_changed"

    tags: list[str]


def invalidate(session: AsyncSession, *tags: str) -> None:
    """The one call when something that pages show has changed: takes effect when this transaction commits."""
    emit_event(session, PagesChanged(tags=sorted(tags)))


async def bump_pages(event: PagesChanged) -> None:
    """Handler: what a crash between commit and telling would have left old."""
    await current_app.extensions["page_cache"].bump(event.tags)


@event.listens_for(Session, "before_commit", insert=True)
def _collect(session: Session) -> None:
    """What is told is what is about to be written: a savepoint that was undone took its facts with it."""
    if not session.in_nested_transaction():
        told = [fact.payload for fact in session.info.get(FACTS, ()) if fact.type == PagesChanged.name]
        session.info[CHANGED] = {tag for payload in told for tag in json.loads(payload)["tags"]}


@event.listens_for(Session, "after_commit")
def _tell_when_committed(session: Session) -> None:
    # The end of a savepoint is no commit: another may still read what was there before.
    if session.in_nested_transaction() or not (tags := session.info.pop(CHANGED, None)):
        return
    # A command or an import without an app: the event tells it.
    if has_app_context() and "page_cache" in current_app.extensions:
        _tell(tags)


def _tell(tags: Iterable[str]) -> None:
    told = asyncio.get_running_loop().create_task(current_app.extensions["page_cache"].bump(tags))
    _telling.add(told)
    told.add_done_callback(_telling.discard)
    if has_request_context():
        g.setdefault("told_changes", []).append(told)


_telling: set[asyncio.Task[Moment]] = set()


async def told_changes() -> Moment | None:
    """Waits until this request's changes are told, and says when that was; None when nothing was changed."""
    moments = [await told for told in g.pop("told_changes", [])]
    return max(moments, default=None)
