"""Can the time of an answer tell whether an address has an account? python bench/sign_in_times.py [times]

Members and strangers ask for a link in turn, in one process on a database of its own; the two lots of times are
compared by the Mann-Whitney U test. No difference is shown while p stays above 0.01.
"""

import asyncio
import math
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "pages"))

from place import Place

TIMES = int(sys.argv[1]) if len(sys.argv) > 1 else 200


def mann_whitney(one: list[float], other: list[float]) -> float:
    """p, two-sided, by the normal approximation: good from some twenty values on, and times have no ties."""
    ranks = {value: rank for rank, value in enumerate(sorted(one + other), start=1)}
    n, m = len(one), len(other)
    u = sum(ranks[value] for value in one) - n * (n + 1) / 2
    z = (u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
    return math.erfc(abs(z) / math.sqrt(2))


async def ask_all(database_url: str, home: Path) -> tuple[list[float], list[float]]:
    from shared.browser.app.limits import HOUR, LIMITS, Limit
    from tests.house import House, settings_for

    LIMITS["sign_in_network"] = Limit(10 * TIMES, HOUR)
    house = House(settings_for(database_url, home=home))
    visitor = house.client()
    for number in range(TIMES):
        await house.member(f"member{number}@example.com")
    lots: dict[str, list[float]] = {"member": [], "guest": []}
    for number in range(TIMES):
        for who in sorted(lots, reverse=bool(number % 2)):
            started = time.perf_counter()
            answer = await visitor.post("/sign-in/", data={"email": f"{who}{number}@example.com"})
            lots[who].append(time.perf_counter() - started)
            assert answer.status_code == 200, answer.text
    await house.aclose()
    return lots["member"][10:], lots["guest"][10:]


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder))
        place.start()
        try:
            known, unknown = asyncio.run(ask_all(place.environment()["DATABASE_URL"], Path(folder)))
        finally:
            place.stop()
    p = mann_whitney(known, unknown)
    medians = [statistics.median(lot) * 1000 for lot in (known, unknown)]
    print(f"members {medians[0]:.2f} ms, strangers {medians[1]:.2f} ms (medians of {len(known)}), p = {p:.3f} (> 0.01)")
    return int(p <= 0.01)


if __name__ == "__main__":
    sys.exit(main())
