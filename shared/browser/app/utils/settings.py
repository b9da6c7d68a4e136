from quart import current_app

from shared.config import Settings


def current_settings() -> Settings:
    """The frozen settings that the app was created with."""
    settings: Settings = current_app.extensions["settings"]
    return settings
