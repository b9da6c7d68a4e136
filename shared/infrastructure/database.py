from quart import Quart

from shared.config import Settings
from shared.db.session import create_engine, use_engine


def use_database(app: Quart, settings: Settings) -> None:
    engine = create_engine(settings.database_url, direct_url=settings.database_direct_url)
    use_engine(engine)
    app.after_serving(engine.dispose)
