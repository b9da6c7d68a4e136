"""What was measured beside what it must reach; whoever asks for the outcome hears of each bar that was missed."""

from dataclasses import dataclass, field
from typing import NamedTuple

from load import Measured

LINE = "{:<44}{:>9}{:>9}{:>9}{:>10}  {}"


class Bar(NamedTuple):
    """`of` names a figure of a measurement; `least` or `most` is how far it may go."""

    of: str
    least: float | None = None
    most: float | None = None
    unit: str = ""

    def holds(self, value: float) -> bool:
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def __str__(self) -> str:
        sign, limit = ("≥", self.least) if self.least is not None else ("≤", self.most)
        return f"{self.of.replace('_ms', '')} {sign} {limit:,g}{self.unit}"


@dataclass
class Sheet:
    """What is printed, line by line. `outcome` is for the shell: 1 when anything was wrong or too slow."""

    missed: list[str] = field(default_factory=list)

    def head(self) -> None:
        print(LINE.format("", "rps", "p50 ms", "p99 ms", "CPU µs", "bar"))

    def show(self, what: str, found: Measured, *bars: Bar) -> Measured:
        said = [self._hold(what, getattr(found, bar.of), bar) for bar in bars]
        if found.wrong:
            said.append(f"{found.wrong} WRONG ANSWERS")
            self.missed.append(f"{what}: {found.wrong} wrong answers")
        figures = f"{found.rps:,.0f}", f"{found.p50_ms:.2f}", f"{found.p99_ms:.1f}", f"{found.cpu_us:.1f}"
        print(LINE.format(what, *figures, ", ".join(said)), flush=True)
        return found

    def tell(self, what: str, value: float, bar: Bar) -> None:
        print(f"{what:<44}{value:>9,.2f}{bar.unit:<28} {self._hold(what, value, bar)}", flush=True)

    def outcome(self) -> int:
        for line in self.missed:
            print(f"MISSED  {line}")
        return 1 if self.missed else 0

    def _hold(self, what: str, value: float, bar: Bar) -> str:
        if bar.holds(value):
            return str(bar)
        self.missed.append(f"{what}: {value:,.2f} where {bar} is asked")
        return f"{bar} MISSED"
