"""`python -m rose.standins.sumup`: SumUp on this machine, with no money in it.

Callers must show the key that stands in SUMUP_API_KEY, where the apps have it from; any made-up text.
"""

import argparse
import os
from pathlib import Path

import uvicorn

from rose.standins.sumup.app import create_app
from rose.standins.sumup.options import CURRENCIES, Options


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rose.standins.sumup", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True, help="the file everything is kept in")
    parser.add_argument("--merchant-code", required=True)
    parser.add_argument("--public-url", required=True, help="where browsers find this process")
    parser.add_argument("--currency", default="GBP", choices=CURRENCIES)
    parser.add_argument("--merchant-name", default="Sandbox merchant")
    parser.add_argument("--clock-speed", type=float, default=1.0, help="60: webhook retries wait seconds, not minutes")
    parser.add_argument("--webhook-delay", type=float, default=0.3, help="seconds between an outcome and its webhook")
    parser.add_argument("--page-minutes", type=float, default=30.0, help="how long a payment page stays open")
    parser.add_argument("--refund-answer", type=int, default=201, choices=(201, 204))
    return parser


def main() -> None:
    options = Options(**vars(_arguments().parse_args()), api_key=os.environ["SUMUP_API_KEY"])
    uvicorn.run(
        create_app(options),
        host="127.0.0.1",
        port=options.port,
        log_level="warning",
        access_log=False,
        workers=1,
    )


if __name__ == "__main__":
    main()
