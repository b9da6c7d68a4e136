"""Where everything listens: fixed distances from one base port."""

from dataclasses import dataclass

APPS = ("blog", "market", "cart", "events")
_DISTANCES = {
    "blog": 0,
    "market": 1,
    "cart": 2,
    "events": 3,
    "sumup": 10,
    "mail": 11,
    "smtp": 12,
    "postgres": 20,
    "valkey": 21,
}
HIGHEST_BASE = 65535 - max(_DISTANCES.values())


@dataclass(frozen=True)
class Addresses:
    base: int

    def port(self, name: str) -> int:
        return self.base + _DISTANCES[name]

    def public(self, name: str) -> str:
        """For browsers on this machine."""
        return f"http://localhost:{self.port(name)}"

    def internal(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port(name)}"
