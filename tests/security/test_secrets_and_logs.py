"""What must not be written down, and what must not be told."""

import io
import json
import logging
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog

from rose.supervisor.addresses import Addresses
from rose.supervisor.environment import environment
from rose.supervisor.keys import own_secret
from rose.supervisor.programs import programs
from shared.config import ConfigurationWrong, load_settings
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
    """Nor is one given there: whoever reads the list of processes would have it."""
    words = re.compile(r"""["'`]--(?!no-)[a-z-]*(key|password|passwd|secret|token|credential)(?!-file|file)\b""")
    product = [path for path in tracked("*.py") if path.relative_to(ROOT).parts[0] != "tests"]

    assert [str(path.relative_to(ROOT)) for path in product if words.search(path.read_text())] == []


def test_no_secret_of_a_site_is_among_the_arguments_of_its_programs(tmp_path: Path) -> None:
    addresses = Addresses(28000)
    ours = environment(tmp_path, addresses, {})
    secrets = [ours[name] for name in ("SECRET_KEY", "INTERNAL_KEY", "METRICS_TOKEN")]
    secrets.append(ours["SUMUP_API_KEY"].removeprefix("sup_sk_"))

    told = " ".join(word for program in programs(tmp_path, addresses, {"mail", "sumup"}) for word in program.arguments)

    assert "rose.standins.sumup" in told
    assert [secret for secret in secrets if secret in told] == []


def test_a_line_of_the_log_is_one_line_whatever_is_in_it(log: io.StringIO) -> None:
    structlog.get_logger("fresh").info("request", path=BAD, agent=BAD)
    logging.getLogger("elsewhere").warning("told %s", BAD)

    lines = log.getvalue().splitlines()
    assert [json.loads(line)["level"] for line in lines] == ["info", "warning"]
    assert not any(ord(character) < 32 or character in "\u202e\u2028\x7f" for line in lines for character in line)


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
