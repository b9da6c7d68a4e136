"""Market, with two pages that hold still: python bench/pages/target.py --port N [--server plain]

    /bench/rows/     100 products, one query, about 30 KB, drawn each time
    /bench/kept/     the same page, kept

`--server plain` is uvicorn without the answers that need no parser.
PAGES_L1=0 in the environment holds no page in memory, so that each comes from Valkey.
"""

import argparse
import os
from typing import Any

from quart import Blueprint, Quart, g

from market.app import create_app
from market.services import listings
from shared.browser.app.redis_cacher import cached
from shared.browser.app.utils.htmx import page
from shared.infrastructure.serve import protocol, run

ROWS = 100
bp = Blueprint("bench", __name__, template_folder="templates")


@bp.get("/bench/rows/")
async def rows() -> Any:
    return await _list()


@bp.get("/bench/kept/")
@cached(tags=["bench"])
async def kept() -> Any:
    return await _list()


async def _list() -> Any:
    return await page("bench_list.html", products=await listings.list_latest(g.session, limit=ROWS))


def make_app() -> Quart:
    from pathlib import Path

    from jinja2 import ChoiceLoader, FileSystemLoader

    app = create_app()
    app.register_blueprint(bp)
    environment = app.extensions["templates"]
    environment.loader = ChoiceLoader([environment.loader, FileSystemLoader(Path(__file__).parent / "templates")])
    if os.environ.get("PAGES_L1") == "0":
        app.extensions["page_cache"].shelf.pages = 0
    return app


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--server", default="uvicorn")
    options = parser.parse_args()
    app = make_app()
    run(app, port=options.port, http=protocol(app) if options.server == "uvicorn" else "httptools")


if __name__ == "__main__":
    main()
