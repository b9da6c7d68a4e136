"""The bars of kept and drawn pages beside nginx, on this machine, in this run: make bench-pages

Needs nginx and wrk on the PATH. Rates move with what else the machine does; CPU per request moves least.
"""

import shutil
import sys
import tempfile
from pathlib import Path
from urllib.request import Request, urlopen

sys.path.insert(0, str(Path(__file__).parent))

from load import Measured, press, pss_megabytes
from place import Place

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 4
BR = ("Accept-Encoding: br",)
LINE = "{:<44}{:>9}{:>9}{:>9}{:>10}  {}"


def main() -> int:
    if missing := [tool for tool in ("nginx", "wrk") if not shutil.which(tool)]:
        print(f"Not installed: {', '.join(missing)}")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder))
        place.start()
        try:
            return report(place)
        finally:
            place.stop()


def report(place: Place) -> int:
    print(LINE.format("", "rps", "p50 ms", "p99 ms", "CPU µs", "bar"))
    with place.market() as (pid, seconds):
        whole, small = fetch(place, None)[0], fetch(place, "br")
        with place.nginx({"page.html": whole, "small.html": small[0]}) as nginx:
            static = show("nginx, 30 KB", press(place.url("nginx", "/page.html"), nginx, seconds=SECONDS))
            tiny = show("nginx, br", press(place.url("nginx", "/small.html"), nginx, seconds=SECONDS))
            kept = place.url("market", "/bench/kept/")
            hit = show("L1 hit, br", press(kept, pid, seconds=SECONDS, headers=BR), "≥ 20,000 rps")
            plain = show("L1 hit, 30 KB", press(kept, pid, seconds=SECONDS))
        match = (*BR, f"If-None-Match: {small[1]}")
        show("304", press(kept, pid, seconds=SECONDS, headers=match), "≥ 30,000 rps")
        rows = place.url("market", "/bench/rows/")
        drawn = show("100 rows, drawn each time", press(rows, pid, seconds=SECONDS), "≥ 450 rps")
        show("the same, one visitor", press(rows, pid, seconds=SECONDS, connections=1), "p50 ≤ 4 ms")
        sizes = f"page {len(whole):,} bytes, br {len(small[0]):,}"
        print(f"{sizes}; PSS {pss_megabytes(pid):.0f} MB (≤ 120), start to first answer {seconds:.2f} s (≤ 2)")
    with place.market(PAGES_L1="0") as (pid, _):
        fetch(place, "br")
        show("L2 hit, br", press(place.url("market", "/bench/kept/"), pid, seconds=SECONDS, headers=BR), "≥ 7,500 rps")
    print(
        f"per CPU second of nginx: br {tiny.cpu_us / hit.cpu_us:.0%}, 30 KB {static.cpu_us / plain.cpu_us:.0%} (≥ 33 %)"
    )
    print(f"a kept page costs {drawn.cpu_us / hit.cpu_us:.0f} times less than a drawn one")
    return 0


def fetch(place: Place, encoding: str | None) -> tuple[bytes, str]:
    headers = {"Accept-Encoding": encoding} if encoding else {}
    for _ in range(2):
        with urlopen(Request(place.url("market", "/bench/kept/"), headers=headers)) as answer:
            found = answer.read(), answer.headers.get("ETag", "")
    return found


def show(what: str, found: Measured, bar: str = "") -> Measured:
    if found.wrong:
        bar += f"  {found.wrong} WRONG ANSWERS"
    print(
        LINE.format(
            what, f"{found.rps:,.0f}", f"{found.p50_ms:.2f}", f"{found.p99_ms:.1f}", f"{found.cpu_us:.1f}", bar
        ),
        flush=True,
    )
    return found


if __name__ == "__main__":
    sys.exit(main())
