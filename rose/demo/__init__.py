"""The demo co-operative: one file an app, each `async def load(session, settings) -> None` into an empty database."""
