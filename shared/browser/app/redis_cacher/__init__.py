"""Whole pages, kept for everyone and never older than the last commit that changed them: docs/pages.md says how.

`@cached(tags=…)` on a route keeps its page, `tag(…)` adds what is found while it is drawn, and `invalidate(session, …)`
is the one call when something that pages show has changed.
"""

from shared.browser.app.redis_cacher.changes import EVERYTHING, PagesChanged, bump_pages, invalidate
from shared.browser.app.redis_cacher.front import PageCache
from shared.browser.app.redis_cacher.routes import cached, for_strangers_only, is_for_everyone, tag
from shared.browser.app.redis_cacher.values import kept_value
from shared.browser.app.redis_cacher.wiring import use_page_cache

__all__ = [
    "EVERYTHING",
    "PageCache",
    "PagesChanged",
    "bump_pages",
    "cached",
    "for_strangers_only",
    "invalidate",
    "is_for_everyone",
    "kept_value",
    "tag",
    "use_page_cache",
]
