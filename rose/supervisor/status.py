import asyncio
import os

from rose.supervisor.console import say
from rose.supervisor.environment import embedded, home_path
from rose.supervisor.health import is_healthy
from rose.supervisor.ports import answers
from rose.supervisor.programs import programs
from rose.supervisor.running import Running, find_running

_SERVERS = ("postgres", "valkey")


def report() -> int:
    """Prints a line for each part; the number of parts that do not answer."""
    running = find_running(home_path())
    if running is None:
        say(f"No site is running in {home_path()}.")
        return 1
    say(f"The site in {home_path()} runs as process {running.process}.")
    found = asyncio.run(_parts(running))
    for name, (address, well) in found.items():
        say(f"  {name:9} {address:32} {'answers' if well else 'DOES NOT ANSWER'}")
    if not (os.environ.get("METRICS_TOKEN") or os.environ.get("METRICS_TOKEN_FILE")):
        say(f"Metrics: /metrics of each app, with the bearer token in {home_path() / 'secrets' / 'metrics-token'}.")
    return sum(not well for _, well in found.values())


async def _parts(running: Running) -> dict[str, tuple[str, bool]]:
    addresses, ours = running.addresses, embedded(os.environ)
    parts = {
        program.name: (program.address, await is_healthy(program.port, program.health))
        for program in programs(home_path(), addresses, ours)
    }
    for name in _SERVERS:
        if name in ours:
            port = addresses.port(name)
            parts[name] = (f"127.0.0.1:{port}", answers(port))
    return parts
