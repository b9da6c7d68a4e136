"""Cart as a book of what it was told, so that these tests say what events does and no more."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from shared.errors import Unavailable
from shared.infrastructure import internal_api


@dataclass
class CartBook:
    lines: list[dict[str, Any]] = field(default_factory=list)
    away: bool = False

    async def post(self, app: str, path: str, **options: Any) -> Any:
        assert (app, path) == ("cart", "/internal/cart/lines")
        if self.away:
            raise Unavailable
        self.lines.append(options["json"]["line"])
        return {"count": len(self.lines), "total": 0}


@pytest.fixture
def cart(monkeypatch) -> CartBook:
    book = CartBook()
    monkeypatch.setattr(internal_api, "post", book.post)
    return book
