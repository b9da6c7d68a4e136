"""PostgreSQL refuses to run as root, so root lends it an unprivileged account, and opens no folder for it."""

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rose.supervisor.death import die_with_parent
from rose.supervisor.errors import CannotRun

_ACCOUNTS = ("postgres", "nobody")
# What lets a process walk through folders closed to it, by its bit in /proc/self/status. Containers
# usually withhold the first, which can only read, and grant the second.
_CAPABILITIES = {"dac_read_search": 2, "dac_override": 1}


@dataclass(frozen=True)
class RunAs:
    """How to run a program as the right account: words before its command, options for `subprocess`."""

    prefix: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)

    def run(self, *command: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.prefix, *command],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **self.options,
            **options,
        )

    def popen(
        self, *command: str | Path, dies: signal.Signals | None = None, **options: Any
    ) -> subprocess.Popen[bytes]:
        """`dies`: the signal the program gets when this process ends; None lets it live on."""
        options |= {"cwd": "/", "start_new_session": True, "preexec_fn": _on_death(dies)}
        return subprocess.Popen([*self._prefix(dies), *command], **self.options, **options)

    def _prefix(self, dies: signal.Signals | None) -> tuple[str, ...]:
        # A change of account forgets the wish, so setpriv has to repeat it.
        return (*self.prefix, "--pdeathsig", dies.name[3:]) if self.prefix and dies else self.prefix


def _on_death(dies: signal.Signals | None) -> Callable[[], None] | None:
    return die_with_parent(dies) if dies else None


def run_as(folder: Path, *, program: Path) -> RunAs:
    """Ourselves; for root an account that reaches the program and `folder`, which becomes its own."""
    if os.geteuid() != 0:
        return RunAs()
    account = _account()
    os.chown(folder, account.pw_uid, account.pw_gid)
    for candidate in (_plain(account), *_lent(account)):
        if _reaches(candidate, folder, program):
            return candidate
    raise CannotRun(
        f"PostgreSQL must not run as root, and {account.pw_name} cannot reach {folder} or {program}. Start "
        "as an ordinary user, or put the project and ROSE_HOME where every account may look: in /srv, say."
    )


def _account() -> pwd.struct_passwd:
    for name in _ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise CannotRun("PostgreSQL must not run as root, and there is no account postgres or nobody to run it as.")


def _plain(account: pwd.struct_passwd) -> RunAs:
    return RunAs(options={"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []})


def _lent(account: pwd.struct_passwd) -> list[RunAs]:
    """The account, allowed to walk through folders that only root may enter.

    access(2) drops the capabilities of other accounts than root unless no_setuid_fixup is set, and
    PostgreSQL asks it whether its own program can be run.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return []
    who = (f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups")
    return [
        RunAs((setpriv, "--securebits=+no_setuid_fixup", *who, f"--inh-caps=+{name}", f"--ambient-caps=+{name}"))
        for name, bit in _CAPABILITIES.items()
        if _permitted() >> bit & 1
    ]


def _permitted() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next((int(line.split()[1], 16) for line in lines if line.startswith("CapPrm:")), 0)


def _reaches(candidate: RunAs, folder: Path, program: Path) -> bool:
    return candidate.run("test", "-x", program, "-a", "-x", folder).returncode == 0
