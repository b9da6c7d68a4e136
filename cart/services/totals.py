from collections.abc import Iterable
from dataclasses import dataclass

from cart.models.snapshot import Snapshot


@dataclass(frozen=True)
class Totals:
    """Minor units. `vat` is contained in `total`, by rate in basis points."""

    count: int
    total: int
    vat: dict[int, int]

    @property
    def vat_total(self) -> int:
        return sum(self.vat.values())


def add_up(lines: Iterable[Snapshot]) -> Totals:
    count = total = 0
    vat: dict[int, int] = {}
    for line in lines:
        count += line.quantity
        total += line.total
        if line.vat_rate:
            vat[line.vat_rate] = vat.get(line.vat_rate, 0) + line.vat
    return Totals(count, total, dict(sorted(vat.items())))
