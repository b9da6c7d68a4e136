from quart import Quart, Response, abort, request

from rose.standins.mail import api, pages
from rose.standins.mail.mailbox import Mailbox
from rose.standins.mail.smtp import use_smtp

_OURS = {"localhost", "127.0.0.1", "[::1]"}
_POLICY = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'self'"
)


def create_app(mailbox: Mailbox, *, smtp_port: int) -> Quart:
    app = Quart(__name__)
    app.extensions["mailbox"] = mailbox
    _use_guard(app)
    use_smtp(app, mailbox, port=smtp_port)
    app.register_blueprint(pages.bp)
    app.register_blueprint(api.bp)

    @app.get("/healthz")
    async def healthz() -> str:
        return "ok\n"

    return app


def _use_guard(app: Quart) -> None:
    @app.before_request
    async def refuse_strangers() -> None:
        """Mails hold sign-in links: no foreign page may read or delete them through a visitor's browser."""
        if request.host.rpartition(":")[0] not in _OURS:
            abort(421)
        if request.headers.get("Sec-Fetch-Site", "none") == "cross-site" and request.method != "GET":
            abort(403)

    @app.after_request
    async def secure(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response
