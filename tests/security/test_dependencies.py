"""What is built on is written down to the byte, is what runs here, and is newer than the holes we know of."""

import json
import re
from importlib.metadata import distributions

import pytest
from packaging.version import Version

from tests.test_house_rules import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")
PINNED = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>\S+?)(?: ; (?P<when>[^\\]+))? \\$")
# The first version without the hole. Names as in the lock; found in advisories, to be added to as they come.
MENDED = {
    "aiosmtpd": ("1.4.6", "CVE-2024-34083: commands of before STARTTLS"),
    "certifi": ("2024.7.4", "CVE-2024-39689: a root that nobody trusts any more"),
    "cryptography": ("44.0.1", "CVE-2024-12797: OpenSSL, unauthenticated raw keys"),
    "flask": ("3.1.3", "CVE-2023-30861, CVE-2026-27205: a member's page kept for all"),
    "h11": ("0.16.0", "CVE-2025-43859: two lengths of one request"),
    "h2": ("4.3.0", "CVE-2025-57804: two requests out of one"),
    "idna": ("3.7", "CVE-2024-3651: a name that takes for ever"),
    "jinja2": ("3.1.6", "CVE-2025-27516: out of the sandbox"),
    "pillow": ("11.3.0", "CVE-2025-48379: a picture that writes past its end"),
    "quart": ("0.19.7", "CVE-2024-49767: endless parts of a form"),
    "reportlab": ("3.6.13", "CVE-2023-33733: a colour that is run"),
    "setuptools": ("78.1.1", "CVE-2025-47273: a file outside its folder"),
    "werkzeug": ("3.1.4", "CVE-2023-25577, CVE-2023-46136, CVE-2024-34069, CVE-2024-49767, CVE-2025-66221"),
}


def packages(lock: str) -> list[tuple[re.Match[str], str]]:
    """Each requirement with the lines of hashes that follow it. A line that is neither is a fault."""
    found: list[tuple[re.Match[str], str]] = []
    for line in (ROOT / lock).read_text().splitlines():
        if not line or line.startswith(("#", "    #")):
            continue
        if line.startswith("    --hash="):
            found[-1] = (found[-1][0], found[-1][1] + line)
            continue
        pinned = PINNED.match(line)
        assert pinned, f"{lock}: {line}"
        found.append((pinned, ""))
    return found


def versions(lock: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for pinned, _ in packages(lock):
        found.setdefault(pinned["name"].lower(), set()).add(pinned["version"])
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_with_its_hashes(lock: str) -> None:
    found = packages(lock)

    assert len(found) > 40
    assert [pinned["name"] for pinned, hashes in found if not re.search(r"--hash=sha256:[0-9a-f]{64}", hashes)] == []


def test_nothing_is_installed_without_looking_at_the_hashes() -> None:
    installs = re.findall(r"pip install .*", (ROOT / "Makefile").read_text())

    assert len(installs) >= 3
    assert [line for line in installs if "--require-hashes" not in line and "--no-deps -e ." not in line] == []


def test_what_is_tested_is_what_is_run() -> None:
    run, tested = (versions(lock) for lock in LOCKS)

    assert {name for name in run if name in tested and run[name] != tested[name]} == set()
    # What another Python or machine needs is not here.
    here = {found.name.lower(): found.version for found in distributions()}
    assert {name for name in run if name in here and here[name] not in run[name]} == set()
    assert len(here.keys() & run.keys()) > 40


@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize("name", MENDED)
def test_no_package_is_older_than_the_hole_it_had(lock: str, name: str) -> None:
    mended, hole = MENDED[name]

    for found in versions(lock).get(name, set()):
        assert Version(found) >= Version(mended), hole


def test_every_hole_is_of_something_we_use() -> None:
    assert set(MENDED) - set(versions(LOCKS[0])) - set(versions(LOCKS[1])) == set()


def test_what_is_built_in_the_browser_is_pinned_too() -> None:
    """Builds for other machines, which are never installed here, have no checksum in the lock."""
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    found = {name: one for name, one in packages.items() if name}

    bare = [name for name, one in found.items() if not one.get("integrity", "").startswith("sha512-")]
    assert len(found) > 100
    assert [name for name in bare if not (found[name].get("optional") or found[name].get("inBundle"))] == []
