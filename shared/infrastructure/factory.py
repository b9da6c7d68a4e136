from quart import Quart

from shared.browser.app.csrf import use_csrf
from shared.browser.app.errors import use_errors
from shared.browser.app.headers import use_security_headers
from shared.browser.app.limits import use_limits
from shared.browser.app.middleware import use_request_log, use_transaction
from shared.browser.app.redis_cacher import use_page_cache
from shared.browser.app.sizes import use_sizes
from shared.config import AppName, Settings, load_settings
from shared.infrastructure.cache_figures import use_cache_figures
from shared.infrastructure.compression import use_compression
from shared.infrastructure.context import use_context
from shared.infrastructure.database import use_database
from shared.infrastructure.event_processing import use_event_processing
from shared.infrastructure.found import use_found
from shared.infrastructure.health import use_health
from shared.infrastructure.here import use_here
from shared.infrastructure.http_utils import RowNumber, use_host_guard
from shared.infrastructure.internal_api import use_internal_api
from shared.infrastructure.jinja_setup import use_templates
from shared.infrastructure.media import use_media
from shared.infrastructure.metrics import use_metrics
from shared.infrastructure.news import use_news
from shared.infrastructure.security_txt import use_security_txt
from shared.infrastructure.static_files import use_static_files
from shared.infrastructure.tracing import use_tracing
from shared.infrastructure.user_loader import use_user_loader
from shared.log_config.setup import setup_logging


def create_base_app(name: AppName, settings: Settings | None = None) -> Quart:
    """What all four apps have in common; an app's create_app() adds its routes and handlers.

    Raises ConfigurationWrong when a setting is missing or wrong, before anything is opened.
    """
    settings = settings or load_settings()
    setup_logging(name)
    app = Quart(name, static_folder=None)
    app.extensions.update(settings=settings, app_name=name)
    app.url_map.strict_slashes = False
    app.url_map.converters["int"] = RowNumber
    # In the order in which a request meets them; what runs after a request runs in reverse.
    # The host guard stands before the compression, the page cache and the app: each is put around what is there.
    use_page_cache(app, settings)
    use_compression(app)
    use_host_guard(app, settings)
    use_security_headers(app, settings)
    use_request_log(app)
    use_tracing(app)
    use_errors(app)
    use_csrf(app, settings)
    use_sizes(app)
    use_limits(app, settings)
    use_database(app, settings)
    use_transaction(app)
    use_user_loader(app, settings)
    use_internal_api(app, settings)
    use_templates(app, settings)
    use_context(app)
    use_here(app, settings)
    use_news(app, settings)
    use_found(app, settings)
    use_static_files(app)
    use_media(app)
    use_health(app)
    use_security_txt(app, settings)
    use_cache_figures(app)
    use_metrics(app, settings)
    use_event_processing(app)
    return app
