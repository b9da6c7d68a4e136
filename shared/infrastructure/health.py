from quart import Quart, Response, g
from sqlalchemy import text


def use_health(app: Quart) -> None:
    @app.get("/healthz")
    async def healthz() -> Response:
        """200 when this process can do its work: it answers, and its database does."""
        await g.session.execute(text("SELECT 1"))
        return Response("ok\n", mimetype="text/plain")
