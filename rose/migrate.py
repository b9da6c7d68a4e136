from shared.infrastructure.migrations import upgrade


def migrate(database_url: str) -> None:
    """The database at the newest schema; nothing happens when it is there already."""
    upgrade(database_url)
