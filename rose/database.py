from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rose.supervisor.running import use_site_environ
from shared.config import Settings, load_settings
from shared.db.session import create_engine, use_engine


@asynccontextmanager
async def site_database() -> AsyncIterator[Settings]:
    """The database of the running site, or of DATABASE_URL: for commands, inside it `transaction()` works."""
    use_site_environ()
    settings = load_settings()
    engine = create_engine(settings.database_url, direct_url=settings.database_direct_url)
    use_engine(engine)
    try:
        yield settings
    finally:
        await engine.dispose()
        use_engine(None)
