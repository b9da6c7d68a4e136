import os

import typer

from rose.supervisor.errors import CannotRun
from rose.supervisor.running import use_site_environ

app = typer.Typer()


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema: that of the running site, or DATABASE_URL."""
    from sqlalchemy.exc import SQLAlchemyError

    from rose.migrate import migrate as bring_up
    from shared.config import load_settings

    use_site_environ()
    try:
        # Migrations take a lock of their session, which no pooler keeps.
        given = os.environ.get("DATABASE_DIRECT_URL") or os.environ.get("DATABASE_URL")
        bring_up(given or load_settings().database_url)
    except ConnectionError as error:
        raise CannotRun(f"The database does not answer: {error}.") from error
    except SQLAlchemyError as error:
        raise CannotRun(f"The database refused: {str(error).splitlines()[0]}") from error
