"""Lexical's document as it is stored: JSON, a root with blocks; a block without children is a card."""

import json
from collections.abc import Iterator
from typing import Any

from shared.errors import Invalid

Node = dict[str, Any]

PARAGRAPHS = {"paragraph"}
HEADINGS = {"heading", "extended-heading"}
QUOTES = {"quote", "extended-quote"}
TEXTS = {"text", "extended-text"}
BOLD, ITALIC, STRIKE, CODE = 1, 2, 4, 16
# Nobody nests lists this deep; it keeps every walk over a stranger's document short.
DEEPEST = 40
NOTHING = ("", "null")


class TextUnreadable(Invalid):
    message = "The text arrived damaged. Reload the page and try again; a draft is kept in this browser."


def load(lexical: str) -> Node:
    """The root. No text at all is an empty document. Raises `TextUnreadable`."""
    if lexical.strip() in NOTHING:
        return root([])
    try:
        found = json.loads(lexical)["root"]
        _check(found)
    except (ValueError, TypeError, KeyError, RecursionError) as damaged:
        raise TextUnreadable from damaged
    return dict(found)


def dump(tree: Node) -> str:
    return json.dumps({"root": tree}, ensure_ascii=False, separators=(",", ":"))


def children(node: Node) -> list[Node]:
    found: list[Node] = node.get("children", [])
    return found


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, in reading order."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(children(current)))


def is_card(node: Node) -> bool:
    return "children" not in node


def root(blocks: list[Node]) -> Node:
    return {"type": "root", "version": 1, "direction": None, "format": "", "indent": 0, "children": blocks}


def element(kind: str, inside: list[Node], **more: Any) -> Node:
    base = {"type": kind, "version": 1, "direction": "ltr", "format": "", "indent": 0}
    return {**base, **more, "children": inside}


def text(words: str, style: int = 0) -> Node:
    """`style` is a sum of BOLD, ITALIC, STRIKE and CODE."""
    base = {"type": "extended-text", "version": 1, "detail": 0, "mode": "normal", "style": ""}
    return {**base, "format": style, "text": words}


def linebreak() -> Node:
    return {"type": "linebreak", "version": 1}


def _check(found: Any) -> None:
    if not isinstance(found, dict) or not isinstance(found.get("children"), list):
        raise TypeError(found)
    level = [found]
    for _ in range(DEEPEST):
        level = [child for node in level for child in _children_of(node)]
    if level:
        raise ValueError("nested too deep")


def _children_of(node: Any) -> list[Any]:
    if not isinstance(node["type"], str):
        raise TypeError(node)
    below = node.get("children", [])
    if not isinstance(below, list):
        raise TypeError(below)
    return below
