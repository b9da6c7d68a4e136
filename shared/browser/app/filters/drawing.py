from collections.abc import Callable, Hashable, Iterable
from functools import lru_cache

from jinja2.runtime import Macro
from markupsafe import Markup


def drawn_each() -> Callable[..., Markup]:
    """`cards|drawn_with(macro, …)`: an imported macro knows only what it is given, so each card is drawn once.

    For the cards of lists, when they are tuples of plain values. A macro of the page itself is a new one each time.
    """

    @lru_cache(4096)
    def draw(macro: Macro, card: Hashable, **named: Hashable) -> str:
        return macro(card, **named)

    def drawn_with(cards: Iterable[Hashable], macro: Macro, **named: Hashable) -> Markup:
        return Markup("".join([draw(macro, card, **named) for card in cards]))  # noqa: S704  Macros escape.

    return drawn_with
