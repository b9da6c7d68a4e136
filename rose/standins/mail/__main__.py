"""`python -m rose.standins.mail`: take mail by SMTP, show it by HTTP."""

import argparse
from pathlib import Path

import uvicorn

from rose.standins.mail.app import create_app
from rose.standins.mail.mailbox import Mailbox


def main() -> None:
    options = _arguments().parse_args()
    app = create_app(Mailbox(options.folder), smtp_port=options.smtp_port)
    uvicorn.run(app, host="127.0.0.1", port=options.port, log_level="warning", access_log=False)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rose.standins.mail", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="where the page is")
    parser.add_argument("--smtp-port", type=int, required=True, help="where mail is taken")
    parser.add_argument("--folder", type=Path, required=True, help="where mails are kept, one .eml each")
    return parser


if __name__ == "__main__":
    main()
