from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError

from rose.supervisor.errors import CannotRun
from rose.supervisor.running import use_site_environ
from shared.config import Settings, load_settings
from shared.db.session import FOR_COMMANDS, create_engine, use_engine


@asynccontextmanager
async def site_database() -> AsyncIterator[Settings]:
    """The database of the running site, or of DATABASE_URL: for commands, inside it `transaction()` works.

    Raises CannotRun when it does not answer, or has not what is asked for.
    """
    use_site_environ()
    settings = load_settings()
    engine = create_engine(settings.database_url, direct_url=settings.database_direct_url, patience=FOR_COMMANDS)
    use_engine(engine)
    try:
        yield settings
    except OSError as error:
        raise CannotRun("The database does not answer. Look at DATABASE_URL, and whether it runs.") from error
    except (DBAPIError, asyncpg.PostgresError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0].rpartition(">: ")[2]
        raise CannotRun(f"The database refused: {reason}. Is its schema the newest? rose migrate") from error
    finally:
        await engine.dispose()
        use_engine(None)
