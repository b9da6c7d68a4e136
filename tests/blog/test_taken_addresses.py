"""Two of a kind never have one address, and who tries is told so."""

from typing import Any

import httpx
import pytest

from blog.models import Author, Tag
from shared.db.session import get_session, transaction
from shared.models import GhostNewsletter
from tests.house import House


@pytest.mark.parametrize(
    ("kind", "model"), [("authors", Author), ("tags", Tag), ("newsletters", GhostNewsletter)], ids=str
)
async def test_nothing_is_renamed_to_what_another_is_called(house: House, kind: str, model: type[Any]) -> None:
    boss = await house.signed_in(await house.member(admin=True))
    async with transaction() as session:
        session.add_all([model(id=101, name="Soil", slug="soil"), model(id=102, name="Seed", slug="seed")])

    answer = await boss.post(f"/admin/{kind}/102/", data={"name": "Seed", "slug": "soil"})

    assert answer.status_code == httpx.codes.CONFLICT
    assert 'value="soil"' in answer.text
    async with get_session(read_only=True) as session:
        assert (await session.get_one(model, 102)).slug == "seed"
