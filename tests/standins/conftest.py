from collections.abc import AsyncIterator, Iterator

import pytest
from sumup import AsyncSumup

from tests.fakes.sumup import API_KEY, SumUpProcess


@pytest.fixture(scope="module")
def sumup(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SumUpProcess]:
    process = SumUpProcess(tmp_path_factory.mktemp("sumup") / "state.sqlite")
    process.start()
    yield process
    process.stop()


@pytest.fixture
async def sdk(sumup: SumUpProcess) -> AsyncIterator[AsyncSumup]:
    async with AsyncSumup(api_key=API_KEY, base_url=sumup.url, timeout=10.0) as client:
        yield client
