"""What the apps find in their environment: whatever the operator gave, and ours for the rest."""

import os
from collections.abc import Mapping
from pathlib import Path

import yaml

from rose.supervisor.addresses import APPS, Addresses
from rose.supervisor.keys import own_secret
from rose.supervisor.postgres import Postgres
from rose.supervisor.valkey import Valkey

MERCHANT = "MROSEASH"
# Each embedded service, and the variable that says the real one is used instead.
INSTEAD = {
    "postgres": "DATABASE_URL",
    "valkey": "REDIS_URL",
    "mail": "SMTP_URL",
    "sumup": "SUMUP_API_KEY",
}


def embedded(environ: Mapping[str, str]) -> frozenset[str]:
    """The names of the services that are ours to start."""
    return frozenset(name for name, variable in INSTEAD.items() if not _given(variable, environ))


def environment(home: Path, addresses: Addresses, environ: Mapping[str, str]) -> dict[str, str]:
    ours = {name: value for name, value in _ours(home, addresses, environ).items() if not _given(name, environ)}
    # Written bytecode makes every start but the first three times as fast.
    kept = {name: value for name, value in environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | ours | {"ROSE_HOME": str(home), "PYTHONUNBUFFERED": "1"}


def _given(name: str, environ: Mapping[str, str]) -> bool:
    return bool(environ.get(name) or environ.get(f"{name}_FILE"))


def _ours(home: Path, addresses: Addresses, environ: Mapping[str, str]) -> dict[str, str]:
    return {
        "SECRET_KEY": own_secret(home, "secret-key"),
        "INTERNAL_KEY": own_secret(home, "internal-key"),
        "METRICS_TOKEN": own_secret(home, "metrics-token"),
        "DATABASE_URL": Postgres(home, addresses.port("postgres")).url(),
        "REDIS_URL": Valkey(home, addresses.port("valkey")).url,
        "SMTP_URL": f"smtp://127.0.0.1:{addresses.port('smtp')}",
        **(_sumup(home, addresses) if "sumup" in embedded(environ) else {}),
        **_apps(addresses, environ),
    }


def _sumup(home: Path, addresses: Addresses) -> dict[str, str]:
    return {
        "SUMUP_API_KEY": f"sup_sk_{own_secret(home, 'sumup')}",
        "SUMUP_MERCHANT_CODE": MERCHANT,
        "SUMUP_BASE_URL": addresses.public("sumup"),
    }


def _apps(addresses: Addresses, environ: Mapping[str, str]) -> dict[str, str]:
    """Public addresses follow the port, unless app-config.yaml names a real host."""
    configured = _configured_apps(environ)
    local = [name for name in APPS if "//localhost" in configured.get(name, "//localhost")]
    public = {f"{name.upper()}_URL": addresses.public(name) for name in local}
    return public | {f"{name.upper()}_INTERNAL_URL": addresses.internal(name) for name in APPS}


def _configured_apps(environ: Mapping[str, str]) -> dict[str, str]:
    try:
        config = yaml.safe_load(Path(environ.get("ROSE_CONFIG", "app-config.yaml")).read_text("utf-8"))
        return dict(config["apps"])
    except (OSError, yaml.YAMLError, KeyError, TypeError):
        return {}  # what is wrong with it, the apps say themselves


def home_path(environ: Mapping[str, str] = os.environ) -> Path:
    return Path(environ.get("ROSE_HOME", ".rose")).resolve()
