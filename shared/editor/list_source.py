"""Lists as lines: `- ` and `1. `, two spaces deeper for a list inside an item."""

import re

from shared.editor.inline_source import read_inline, write_inline
from shared.editor.tree import DEEPEST, Node, children, element

ITEM = re.compile(r"^( *)(?:[-*+]|(\d{1,6})[.)]) (.*)$")
INDENT = 2


def write_list(node: Node, depth: int = 0) -> list[str]:
    numbered = node.get("listType") == "number"
    number = node.get("start") or 1
    lines: list[str] = []
    for item in children(node):
        nested = [child for child in children(item) if child["type"] == "list"]
        own = [child for child in children(item) if child["type"] != "list"]
        if own or not nested:
            mark = f"{number}. " if numbered else "- "
            lines += _write_item(mark, own, depth)
            number += 1
        for inner in nested:
            lines += write_list(inner, depth + 1)
    return lines


def _write_item(mark: str, own: list[Node], depth: int) -> list[str]:
    first, *more = write_inline(own).split("\n")
    indent = " " * INDENT * depth
    return [f"{indent}{mark}{first}", *(f"{indent}{' ' * INDENT}{line}" for line in more)]


def is_bullet(line: str) -> bool:
    return (match := ITEM.match(line)) is not None and not match[2]


def is_number(line: str) -> bool:
    return (match := ITEM.match(line)) is not None and bool(match[2])


def read_list(lines: list[str]) -> Node:
    """The first line must be an item; lines that are none go on with the item above."""
    entries: list[tuple[int, str | None, str]] = []
    for line in lines:
        if match := ITEM.match(line):
            entries.append((min(len(match[1]) // INDENT, DEEPEST // 2), match[2], match[3]))
        else:
            depth, number, words = entries[-1]
            entries[-1] = (depth, number, f"{words}\n{line.strip()}")
    return _read(entries, 0)


def _read(entries: list[tuple[int, str | None, str]], depth: int) -> Node:
    items: list[Node] = []
    start = int(entries[0][1] or 1)
    place = 0
    while place < len(entries):
        end = place + 1
        if entries[place][0] <= depth:
            items.append(_item(read_inline(entries[place][2]), len(items), depth))
        else:
            while end < len(entries) and entries[end][0] > depth:
                end += 1
            items.append(_item([_read(entries[place:end], depth + 1)], len(items), depth))
        place = end
    return _list(items, numbered=entries[0][1] is not None, start=start)


def _item(inside: list[Node], place: int, depth: int) -> Node:
    return {**element("listitem", inside, value=place + 1), "indent": depth}


def _list(items: list[Node], *, numbered: bool, start: int) -> Node:
    kind, tag = ("number", "ol") if numbered else ("bullet", "ul")
    return element("list", items, listType=kind, tag=tag, start=start if numbered else 1)
