"""What Koenig costs in its Node process, in time and memory: `python -m bench.koenig [posts.json]`."""

import asyncio
import json
import statistics
import sys
import time
from pathlib import Path

from shared.editor.koenig import Koenig
from shared.editor.tree import dump, element, root, text

SITE = "https://coop.example"
ROUNDS = 30


def texts() -> list[str]:
    """Lexical JSON of a list of posts in a file, or a text of ours."""
    if sys.argv[1:]:
        return [post["lexical"] for post in json.loads(Path(sys.argv[1]).read_text())]
    return [dump(root([element("paragraph", [text("A sentence of five words. " * 12)])] * 40))]


async def timed(koenig: Koenig, lexical: str) -> float:
    started = time.perf_counter()
    await koenig.render(lexical, site_url=SITE)
    return (time.perf_counter() - started) * 1000


def resident_megabytes(pid: int | None) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) // 1024


async def main() -> None:
    koenig = Koenig()
    print(f"cold start to first HTML: {await timed(koenig, texts()[0]):.0f} ms")
    for name, chosen in (("all texts", texts()), ("the longest", [max(texts(), key=len)] * 20)):
        times = [await timed(koenig, lexical) for _ in range(ROUNDS) for lexical in chosen]
        p99 = statistics.quantiles(times, n=100)[98] if len(times) > 1 else times[0]
        print(f"{name}: p50 {statistics.median(times):.2f} ms, p99 {p99:.1f} ms, {len(times)} renders")
    print(f"memory: {resident_megabytes(koenig.pid)} MB")
    await koenig.aclose()


if __name__ == "__main__":
    asyncio.run(main())
