"""Where the sources are and where what is built goes."""

import os
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("shared/browser", "blog", "market", "cart", "events")


@dataclass(frozen=True)
class Places:
    root: Path = Path(__file__).resolve().parents[2]

    @property
    def static(self) -> Path:
        return self.root / "shared/static"

    @property
    def dist(self) -> Path:
        return self.static / "dist"

    @property
    def editor(self) -> Path:
        return self.root / "shared/editor/src"

    @property
    def node_modules(self) -> Path:
        return self.root / "node_modules"

    @property
    def config(self) -> Path:
        return self.root / os.environ.get("ROSE_CONFIG", "app-config.yaml")

    @property
    def lock(self) -> Path:
        return self.root / "package-lock.json"

    def templates(self) -> list[Path]:
        return [path for package in PACKAGES for path in (self.root / package / "templates").rglob("*.html")]
