"""The project's bus beside its peers, in one run of the bus harness.

    python bench/bus/run.py HARNESS --peer bus,pgqueuer --only drain,latency   # everything else goes to the harness

HARNESS is the harness's folder (or BUS_HARNESS in the environment); it is linked together with p_bus.py in a temporary
folder, so nothing of it is copied. Run it with a Python that has both the project's packages and the peers'.
BUS_LANE=outside|inside|single and BUS_HANDLERS=4 say what the project's consumer does.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent


def link(harness: Path, folder: Path) -> Path:
    """The harness and our peer under one roof; Python must not follow the links, so each file has its own."""
    (folder / "peers").mkdir()
    for file in [*harness.glob("*.*"), *harness.glob("peers/*.py")]:
        if file.is_file():
            (folder / file.relative_to(harness)).symlink_to(file)
    (folder / "peers" / "p_bus.py").symlink_to(HERE / "p_bus.py")
    return folder / "run.py"


def main() -> int:
    words = sys.argv[1:]
    harness = os.environ.get("BUS_HARNESS") or words.pop(0)
    environment = os.environ | {"PYTHONPATH": str(HERE.parents[1]), "PYTHONDONTWRITEBYTECODE": "1"}
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(link(Path(harness), Path(folder))), *words]
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
