"""The text area for those without JavaScript: light Markdown, with cards as `[[card 3: image]]`.

Blocks are apart by an empty line. What is not touched keeps its node, with everything the source cannot show.
"""

import copy
import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterator

from shared.editor.inline_source import plain_newlines, read_inline, write_inline
from shared.editor.list_source import is_bullet, is_number, read_list, write_list
from shared.editor.tree import (
    HEADINGS,
    PARAGRAPHS,
    QUOTES,
    Node,
    children,
    dump,
    element,
    load,
)
from shared.errors import Invalid

CARD = re.compile(r"^\[\[card (\d+)(?:: [^\]\n]*)?\]\] *$")
HEADING = re.compile(r"^(#{1,6}) +(\S.*)$")
QUOTE = re.compile(r"^> ?")
# A line of a paragraph that would be taken for something else gets a backslash before the sign that does it.
TAKEN = re.compile(r"^( *\d{1,6}(?=[.)] )| *(?=[-*+] )|(?=#{1,6} |>|\[\[card |\\$))")
EMPTY_LINE = "\\"


class NoSuchCard(Invalid):
    message = "The text names a card that it does not have."


def to_text_source(lexical: str) -> str:
    """Raises `TextUnreadable`."""
    return "\n\n".join(_write_blocks(children(load(lexical))))


def from_text_source(source: str, original_lexical: str) -> str:
    """Lexical JSON of the source, with the original's cards and untouched blocks.

    Raises `NoSuchCard` when a card is named that the original does not have.
    """
    tree = load(original_lexical)
    original = _Original(children(tree))
    parts = plain_newlines(source).split("\n\n")
    return dump({**tree, "children": [block for part in parts for block in original.read(part)]})


def _write_blocks(blocks: list[Node]) -> Iterator[str]:
    cards = 0
    for block in blocks:
        written = _write_block(block)
        if written is None:
            cards += 1
            written = f"[[card {cards}: {block['type']}]]"
        yield _without_gaps(written)


def _write_block(block: Node) -> str | None:
    """Nothing for a card, or whatever else has no source."""
    kind = block["type"]
    if kind in PARAGRAPHS:
        return "\n".join(TAKEN.sub(r"\1\\", line) for line in _lines(block))
    if kind in HEADINGS:
        return f"{'#' * int(str(block.get('tag', 'h2'))[-1])} {' '.join(_lines(block))}"
    if kind in QUOTES:
        return "\n".join(f"> {line}" for line in _lines(block))
    return "\n".join(write_list(block)) if kind == "list" else None


def _lines(block: Node) -> list[str]:
    return plain_newlines(write_inline(children(block))).split("\n")


def _without_gaps(written: str) -> str:
    """An empty line would end the block."""
    lines = plain_newlines(written).split("\n")
    return "\n".join(line or EMPTY_LINE for line in lines) if len(lines) > 1 else written


class _Original:
    """The blocks there were: each is given back once for its own source, a card whenever it is named."""

    def __init__(self, blocks: list[Node]) -> None:
        self._cards = [block for block in blocks if _write_block(block) is None]
        self._untouched: defaultdict[str, deque[Node]] = defaultdict(deque)
        for block, source in zip(blocks, _write_blocks(blocks), strict=True):
            self._untouched[source.strip()].append(block)

    def read(self, part: str) -> list[Node]:
        if kept := self._take(part):
            return [kept]
        return [self._take("\n".join(lines)) or self._build(kind, lines) for kind, lines in _groups(part)]

    def _take(self, source: str) -> Node | None:
        waiting = self._untouched[source.strip()]
        return waiting.popleft() if waiting else None

    def _build(self, kind: str, lines: list[str]) -> Node:
        return self._card(lines[0]) if kind == "card" else BUILDERS[kind](lines)

    def _card(self, line: str) -> Node:
        match = CARD.match(line)
        number = int(match[1]) if match else 0
        if not 1 <= number <= len(self._cards):
            raise NoSuchCard(f"There is no card {number} in this text.", field="body")
        return copy.deepcopy(self._cards[number - 1])


def _groups(part: str) -> list[tuple[str, list[str]]]:
    """Lines that belong together: lists and headings need no empty line around them."""
    groups: list[tuple[str, list[str]]] = []
    for line in part.split("\n"):
        before = groups[-1][0] if groups else ""
        kind = _kind(line, before)
        if kind == before and kind in JOINING:
            groups[-1][1].append(line)
        else:
            groups.append((kind, [line]))
    return [group for group in groups if group[0] != "blank"]


def _kind(line: str, before: str) -> str:
    if before in LISTS and line.startswith("  "):
        return before
    return next((kind for kind, tells in SIGNS if tells(line)), "text")


def _paragraph(lines: list[str]) -> Node:
    return element("paragraph", read_inline("\n".join("" if line == EMPTY_LINE else line for line in lines)))


def _heading(lines: list[str]) -> Node:
    match = HEADING.match(lines[0])
    marks, words = match.groups() if match else ("##", lines[0])
    return element("extended-heading", read_inline(words.strip()), tag=f"h{len(marks)}")


def _quote(lines: list[str]) -> Node:
    return element("extended-quote", read_inline("\n".join(QUOTE.sub("", line) for line in lines)))


LISTS = {"bullets", "numbers"}
JOINING = {*LISTS, "quote", "text"}
SIGNS: tuple[tuple[str, Callable[[str], object]], ...] = (
    ("blank", lambda line: not line.strip()),
    ("card", CARD.match),
    ("heading", HEADING.match),
    ("quote", QUOTE.match),
    ("bullets", is_bullet),
    ("numbers", is_number),
)
BUILDERS: dict[str, Callable[[list[str]], Node]] = {
    "heading": _heading,
    "quote": _quote,
    "bullets": read_list,
    "numbers": read_list,
    "text": _paragraph,
}
