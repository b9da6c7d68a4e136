"""The bars of kept and drawn pages beside nginx, on this machine, in this run: make bench-pages

Needs nginx and wrk on the PATH. Exits with 1 when an answer was wrong or a bar was missed.
Rates move with what else the machine does; CPU per request moves least.
"""

import shutil
import sys
import tempfile
from pathlib import Path
from urllib.request import Request, urlopen

sys.path.insert(0, str(Path(__file__).parent))

from bars import Bar, Sheet
from load import press, pss_megabytes
from place import Place

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 4
BR = ("Accept-Encoding: br",)
HIT, UNCHANGED, STORED = Bar("rps", least=20_000), Bar("rps", least=30_000), Bar("rps", least=7_500)
DRAWN, ALONE = Bar("rps", least=450), Bar("p50_ms", most=4, unit=" ms")
SHARE = Bar("share", least=33, unit=" %")


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
    sheet = Sheet()
    sheet.head()
    with place.market() as (pid, seconds):
        whole, small = fetch(place, None)[0], fetch(place, "br")
        with place.nginx({"page.html": whole, "small.html": small[0]}) as nginx:
            static = sheet.show("nginx, 30 KB", press(place.url("nginx", "/page.html"), nginx, seconds=SECONDS))
            tiny = sheet.show("nginx, br", press(place.url("nginx", "/small.html"), nginx, seconds=SECONDS))
            kept = place.url("market", "/bench/kept/")
            hit = sheet.show("L1 hit, br", press(kept, pid, seconds=SECONDS, headers=BR), HIT)
            plain = sheet.show("L1 hit, 30 KB", press(kept, pid, seconds=SECONDS), HIT)
        match = (*BR, f"If-None-Match: {small[1]}")
        sheet.show("304", press(kept, pid, seconds=SECONDS, headers=match), UNCHANGED)
        rows = place.url("market", "/bench/rows/")
        drawn = sheet.show("100 rows, drawn each time", press(rows, pid, seconds=SECONDS), DRAWN)
        sheet.show("the same, one visitor", press(rows, pid, seconds=SECONDS, connections=1), ALONE)
        memory = pss_megabytes(pid)
    with place.market(PAGES_L1="0") as (pid, _):
        fetch(place, "br")
        sheet.show("L2 hit, br", press(place.url("market", "/bench/kept/"), pid, seconds=SECONDS, headers=BR), STORED)
    sheet.tell("memory of the worker", memory, Bar("PSS", most=120, unit=" MB"))
    sheet.tell("start to first answer", seconds, Bar("start", most=2, unit=" s"))
    sheet.tell("a hit per CPU second of nginx, br", 100 * tiny.cpu_us / hit.cpu_us, SHARE)
    sheet.tell("a hit per CPU second of nginx, 30 KB", 100 * static.cpu_us / plain.cpu_us, SHARE)
    print(
        f"page {len(whole):,} bytes, br {len(small[0]):,}; a hit costs 1 / {drawn.cpu_us / hit.cpu_us:.0f} of a drawing"
    )
    return sheet.outcome()


def fetch(place: Place, encoding: str | None) -> tuple[bytes, str]:
    headers = {"Accept-Encoding": encoding} if encoding else {}
    for _ in range(2):
        with urlopen(Request(place.url("market", "/bench/kept/"), headers=headers)) as answer:
            found = answer.read(), answer.headers.get("ETag", "")
    return found


if __name__ == "__main__":
    sys.exit(main())
