"""Wiring."""

from quart import Blueprint, Quart

from rose.standins.sumup.gate import use_gate
from rose.standins.sumup.options import Options
from rose.standins.sumup.pages import use_pages
from rose.standins.sumup.postman import use_postman
from rose.standins.sumup.routes import checkouts, control, merchants, pay, refunds, transactions
from rose.standins.sumup.standin import StandIn, use_standin
from rose.standins.sumup.state import open_state

LARGEST_BODY = 64 * 1024


def create_app(options: Options) -> Quart:
    app = Quart(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    standin = StandIn(options, open_state(options.state))
    use_standin(app, standin)
    use_pages(app)
    _use_api(app)
    app.register_blueprint(pay.bp)
    app.register_blueprint(control.bp)
    use_postman(app, standin)
    return app


def _use_api(app: Quart) -> None:
    api = Blueprint("api", __name__)
    use_gate(api, app)
    for part in (checkouts.bp, transactions.bp, refunds.bp, merchants.bp):
        api.register_blueprint(part)
    app.register_blueprint(api)
