"""What must not be written down, and what must not be told."""

import io
import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog

from rose.supervisor.keys import own_secret
from shared.config import ConfigurationWrong, load_settings
from shared.log_config.setup import setup_logging
from tests.house import APPS, House
from tests.test_house_rules import ROOT, tracked

BAD = 'x\n{"event": "forged"}\r\x1b[31m\u202e\u2028\x00'


def test_a_site_makes_its_own_secrets_for_its_owner_alone(tmp_path: Path) -> None:
    secret = own_secret(tmp_path, "secret-key")
    path = tmp_path / "secrets/secret-key"

    assert len(bytes.fromhex(secret)) == 32
    assert own_secret(tmp_path, "secret-key") == secret
    assert own_secret(tmp_path, "other") != secret
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def environ(tmp_path: Path) -> dict[str, str]:
    for name in ("secret", "internal"):
        (tmp_path / name).write_text(f"{name}-from-a-file-{'x' * 32}\n")
    return {
        "DATABASE_URL": "postgresql+asyncpg://x@127.0.0.1/x",
        "SECRET_KEY_FILE": str(tmp_path / "secret"),
        "INTERNAL_KEY_FILE": str(tmp_path / "internal"),
        "INTERNAL_KEY_BEFORE": "b" * 32,
    }


def test_secrets_come_from_files_or_the_environment(tmp_path: Path) -> None:
    found = load_settings(environ(tmp_path))

    assert found.secret_key.startswith("secret-from-a-file")
    assert found.internal_key_before == "b" * 32


def test_what_is_wrong_with_a_secret_is_told_without_telling_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationWrong) as told:
        load_settings(environ(tmp_path) | {"SECRET_KEY_FILE": "", "SECRET_KEY": "short-canary"})

    assert "secret_key" in str(told.value)
    assert "canary" not in str(told.value)


def test_no_secret_stands_in_the_tree() -> None:
    files = tracked("*.py", "*.yaml", "*.toml", "*.js", "*.mjs", "*.html", "*.md", "Makefile", "*.ini")
    product = [str(path) for path in files if path.relative_to(ROOT).parts[0] != "tests"]
    command = [sys.executable, "-m", "detect_secrets", "scan", *NOISY, *product]

    scan = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert json.loads(scan.stdout)["results"] == {}


# Names and checksums look random too; the examples of addresses say "password".
NOISY = [
    *("--disable-plugin", "KeywordDetector"),
    *("--disable-plugin", "HexHighEntropyString"),
    *("--disable-plugin", "Base64HighEntropyString"),
    *("--exclude-secrets", "^(password|secret)$"),
]


def test_no_program_takes_a_secret_on_its_command_line() -> None:
    started = [path for path in tracked("rose/**/*.py") if "argv" in path.read_text() or "Option(" in path.read_text()]

    assert [path.name for path in started if re.search(r"--[a-z-]*(key|password|secret|token)", path.read_text())] == []


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What an app would write to its log."""
    written, root = io.StringIO(), logging.getLogger()
    kept = list(root.handlers), root.level, structlog.get_config()
    setup_logging("blog", stream=written)
    yield written
    root.handlers[:], level, config = kept
    root.setLevel(level)
    structlog.configure(**config)


def test_a_line_of_the_log_is_one_line_whatever_is_in_it(log: io.StringIO) -> None:
    structlog.get_logger("fresh").info("request", path=BAD, agent=BAD)
    logging.getLogger("elsewhere").warning("told %s", BAD)

    lines = log.getvalue().splitlines()
    assert [json.loads(line)["level"] for line in lines] == ["info", "warning"]
    assert not any(ord(character) < 32 or character in "\u202e\u2028\x7f" for line in lines for character in line)


async def test_nobodys_address_token_or_words_are_in_the_log(house: House, log: io.StringIO) -> None:
    for app in APPS:
        setup_logging(app, stream=log)
    browser = house.client()
    browser.cookies.set("sid", "canary-cookie", domain="localhost.local")
    headers = {
        "User-Agent": "canary-agent",
        "Referer": "http://localhost/canary-page",
        "X-Real-IP": "192.0.2.77",
    }
    await browser.post("/sign-in/", data={"email": "canary-mail@example.com"}, headers=headers)
    await browser.get("/sign-in/canary-token/?email=canary-query@example.com", headers=headers)
    await browser.get(house.url("cart", "/orders/canary-order/"), headers=headers)
    await browser.get(house.url("events", "/tickets/canary-ticket/"), headers=headers)
    await browser.get("/search/?q=canary-search", headers=headers)
    await house.deliver()

    assert log.getvalue().count("\n") > 4
    assert sorted(set(re.findall(r"canary-\w+|192\.0\.2\.77", log.getvalue()))) == []


@pytest.mark.parametrize("app", APPS)
async def test_an_error_tells_nothing_of_the_inside(house: House, app: str) -> None:
    @house.apps[app].get("/t/broken/")
    async def broken() -> str:
        from sqlalchemy import text

        from shared.db.session import get_session

        async with get_session() as session:
            await session.execute(text("SELECT canary FROM nowhere"))
        return ""

    page = await house.client().get(house.url(app, "/t/broken/"))
    told = await house.client().get(house.url(app, "/t/broken/"), headers={"Accept": "application/json"})

    for answer in (page, told):
        assert answer.status_code == 500
        assert not re.search(r"Traceback|SELECT|canary|\.py|asyncpg|sqlalchemy|/work|line \d+", answer.text)
    assert not house.settings.debug


async def test_security_txt_names_a_contact_and_is_good_for_a_while(house: House) -> None:
    for app in APPS:
        answer = await house.client().get(house.url(app, "/.well-known/security.txt"))
        fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
        until = datetime.fromisoformat(fields["Expires"]) - datetime.now(UTC)

        assert answer.headers["content-type"].startswith("text/plain")
        assert fields["Contact"] == "mailto:hello@roseash.example"
        assert timedelta(days=30) < until < timedelta(days=365)
