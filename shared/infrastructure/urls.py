"""Links between the apps, from the configuration alone."""

from shared.browser.app.utils.settings import current_settings
from shared.utils import host_url


def coop_url(path: str = "/") -> str:
    """The blog: the co-operative's front door."""
    return host_url(current_settings(), "blog", path)


def market_url(path: str = "/") -> str:
    return host_url(current_settings(), "market", path)


def cart_url(path: str = "/") -> str:
    return host_url(current_settings(), "cart", path)


def events_url(path: str = "/") -> str:
    return host_url(current_settings(), "events", path)
