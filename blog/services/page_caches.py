"""The kept pages of all four apps: how often they were enough, and throwing them away."""

import asyncio
from dataclasses import dataclass
from typing import Any, get_args

from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import audit
from shared.browser.app.redis_cacher import EVERYTHING, invalidate
from shared.config import AppName
from shared.errors import DomainError
from shared.infrastructure import internal_api
from shared.infrastructure.cache_figures import own_figures

PATIENCE = 0.5
# Why a page was drawn, as the page cache counts it: in a word or two, and what that means.
REASONS = {
    "cold": ("for the first time", "It was not drawn before in this release, or had made room for others."),
    "changed": ("changed", "Something that stands on it had changed."),
    "old": ("too old", "Nobody had asked for it for some minutes, and time alone may change a page."),
    "behind": ("after a change", "Its reader had just changed something that this process had not heard of yet."),
    "news": ("with a message", "Its reader was told something, once: what went into the basket."),
    "member": ("for a member", "Members are shown more there than others."),
    "untold": ("cut off", "Changes could not be followed, so nothing that was kept was trusted."),
}


@dataclass(frozen=True)
class CacheOfApp:
    """Of the one process that answered, since it started. Times in milliseconds; `away` when none answered."""

    app: str
    figures: dict[str, Any] | None
    away: bool

    @property
    def hits(self) -> int:
        return self.figures["l1"] + self.figures["l2"] if self.figures else 0

    @property
    def misses(self) -> list[tuple[str, int]]:
        """How many pages were drawn for which reason, in words: always in the order of REASONS."""
        counted = dict((self.figures or {}).get("misses", {}))
        known = [(words, counted.pop(reason)) for reason, (words, _) in REASONS.items() if reason in counted]
        return known + sorted(counted.items())

    @property
    def share(self) -> int | None:
        """Of a hundred answers, how many needed no drawing."""
        asked = self.hits + sum(count for _, count in self.misses)
        return round(100 * self.hits / asked) if asked else None

    @property
    def lag_ms(self) -> float:
        return round(1000 * self.figures["lag"], 1) if self.figures else 0.0

    @property
    def worst_lag_ms(self) -> float:
        return round(1000 * self.figures["worst_lag"], 1) if self.figures else 0.0

    @property
    def kilobytes(self) -> int:
        return int(self.figures["weight"]) // 1024 if self.figures else 0


async def list_all() -> list[CacheOfApp]:
    """The blog's own first, which need not be asked."""
    others = await asyncio.gather(*(_ask(app) for app in get_args(AppName) if app != "blog"))
    return [CacheOfApp("blog", own_figures(), away=False), *others]


def throw_away(session: AsyncSession) -> None:
    """Every page of every app is drawn again by the next one who asks. Nothing else is lost."""
    invalidate(session, EVERYTHING)
    audit(session, "pages.thrown_away", "pages:all")


async def _ask(app: AppName) -> CacheOfApp:
    try:
        found = await internal_api.get(app, f"/internal/{app}/page-cache", timeout=PATIENCE)
    except DomainError:
        return CacheOfApp(app, None, away=True)
    return CacheOfApp(app, found["cache"], away=False)
