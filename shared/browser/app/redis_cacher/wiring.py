from datetime import timedelta

from quart import Quart, Response

from shared.browser.app.redis_cacher.absent import NoPageCache
from shared.browser.app.redis_cacher.answers import SEEN
from shared.browser.app.redis_cacher.changes import told_changes
from shared.browser.app.redis_cacher.clock import to_stream_id
from shared.browser.app.redis_cacher.front import PageCache
from shared.browser.app.utils.cookies import set_cookie, shared_cookie
from shared.config import Settings

# By then every process has heard of the change.
OWN_WRITE = timedelta(seconds=10)


def use_page_cache(app: Quart, settings: Settings) -> None:
    """Before the app, so that a kept page costs it nothing; behind the host guard, which is put around it later."""
    if not settings.redis_url:
        app.extensions["page_cache"] = NoPageCache()
        return
    cache = PageCache(app, settings, settings.redis_url)
    app.extensions["page_cache"] = cache
    app.asgi_app = cache  # type: ignore[method-assign, assignment]
    app.before_serving(cache.tail.start)
    app.after_serving(cache.aclose)

    # After the transaction's own hook has committed: hooks run in reverse, so this one is registered before it.
    @app.after_request
    async def show_own_changes(response: Response) -> Response:
        """Whatever process the visitor comes to next waits until it has heard of what they changed."""
        if (moment := await told_changes()) is not None:
            # Another app's pages show the change too.
            seconds = int(OWN_WRITE.total_seconds())
            set_cookie(response, settings, shared_cookie(settings, SEEN), to_stream_id(moment), seconds=seconds)
        return response
