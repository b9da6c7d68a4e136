from pathlib import Path

from bench.pages.races import Race
from rose.supervisor.valkey import Valkey
from shared.config import Settings
from shared.db.session import create_engine, use_engine

TROUBLE = {40: "flush", 80: "cut", 120: "restart", 160: "flush"}


async def test_no_page_is_older_than_the_last_commit(settings: Settings, tmp_path: Path) -> None:
    """200 rounds, Valkey flushed, cut off and restarted on the way; `make bench-race` runs 10,000."""
    valkey = Valkey(tmp_path / "valkey")
    valkey.start()
    engine = create_engine(settings.database_url)
    use_engine(engine)
    race = Race(settings.model_copy(update={"redis_url": valkey.url}), valkey)

    outcome = await race.run(200, trouble=TROUBLE)

    await race.aclose()
    await engine.dispose()
    use_engine(None)
    valkey.stop()
    assert (outcome.rounds, outcome.stale, outcome.late) == (200, 0, 0)
    assert outcome.drawn < 200 * 8
