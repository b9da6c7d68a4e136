"""Formatted text as light Markdown, and back: **bold**, *italic*, ~~struck~~, `code`, [a](link)."""

import re

from shared.editor.tree import (
    BOLD,
    CODE,
    ITALIC,
    STRIKE,
    TEXTS,
    Node,
    children,
    element,
    linebreak,
    text,
    walk,
)

# Outermost first.
MARKS = ((STRIKE, "~~"), (BOLD, "**"), (ITALIC, "*"), (CODE, "`"))
STYLES = {"`": CODE, "~~": STRIKE, "**": BOLD, "*": ITALIC, "***": BOLD | ITALIC}
SPECIAL = re.compile(r"([\\*`~\[\]])")
TOKEN = re.compile(
    r"\\(?P<escaped>[\\*`~\[\]()#>+.-])"
    r"|`(?P<code>[^`\n]+)`"
    r"|(?P<mark>\*{1,3}|~~)(?=[^\s*~])(?P<inside>(?:\\.|[^\\\n])*?)(?<=[^\s\\])(?P=mark)(?!\*)"
    r"|\[(?P<label>(?:\\.|[^\\\]\n])+)\]\((?P<address>[^()\s]+)\)"
)
SPACES = re.compile(r"^(\s*)(.*?)(\s*)$", re.DOTALL)


def write_inline(nodes: list[Node]) -> str:
    """The barest source that reads back the same; backslashes, or lost styles, only where needed."""
    for simpler in (nodes, _unstyled(nodes), [text(_all_words(nodes))]):
        for escape in (False, True):
            source = _write(simpler, escape=escape)
            if read_inline(source) == _normal(simpler):
                return source
    return SPECIAL.sub(r"\\\1", _all_words(nodes))


def read_inline(source: str, style: int = 0) -> list[Node]:
    found: list[Node] = []
    end = 0
    for token in TOKEN.finditer(source):
        found += _plain(source[end : token.start()], style)
        found += _read_token(token, style)
        end = token.end()
    return _merged([*found, *_plain(source[end:], style)])


def _read_token(token: re.Match[str], style: int) -> list[Node]:
    if token["escaped"]:
        return [text(token["escaped"], style)]
    if token["code"]:
        return [text(token["code"], style | CODE)]
    if token["mark"]:
        return read_inline(token["inside"], style | STYLES[token["mark"]])
    return [_link(token["address"], read_inline(token["label"], style))]


def _plain(words: str, style: int) -> list[Node]:
    lines = words.split("\n")
    nodes = [text(lines[0], style)]
    for line in lines[1:]:
        nodes += [linebreak(), text(line, style)]
    return [node for node in nodes if node.get("text") != ""]


def _link(address: str, inside: list[Node]) -> Node:
    return element("link", inside, rel=None, target=None, title=None, url=address)


def _write(nodes: list[Node], *, escape: bool) -> str:
    return "".join(_write_node(node, escape=escape) for node in nodes)


def _write_node(node: Node, *, escape: bool) -> str:
    if node["type"] == "linebreak":
        return "\n"
    if node["type"] in TEXTS:
        lines = _words(node).split("\n")
        return "\n".join(_write_text(line, _style(node), escape=escape) for line in lines)
    inside = _write(children(node), escape=escape)
    if inside.strip() and (address := _address(node)):
        return f"[{' '.join(inside.split())}]({address})"
    return inside or _words(node)


def _write_text(words: str, style: int, *, escape: bool) -> str:
    match = SPACES.match(words)
    before, inner, after = match.groups() if match else ("", words, "")
    if not inner:
        return words
    escaped = SPECIAL.sub(r"\\\1", inner) if escape and not style & CODE else inner
    opening = "".join(mark for bit, mark in MARKS if style & bit)
    closing = "".join(mark for bit, mark in reversed(MARKS) if style & bit)
    return f"{before}{opening}{escaped}{closing}{after}"


def _address(node: Node) -> str:
    address = str(node.get("url") or "")
    return "".join(f"%{ord(sign):02X}" if sign in "() \t\n\r" else sign for sign in address)


def _words(node: Node) -> str:
    return plain_newlines(str(node.get("text", "")))


def plain_newlines(source: str) -> str:
    return source.replace("\r\n", "\n").replace("\r", "\n")


def _unstyled(nodes: list[Node]) -> list[Node]:
    return [{**node, "format": 0, "children": _unstyled(children(node))} for node in nodes]


def _all_words(nodes: list[Node]) -> str:
    parts = (part for node in nodes for part in walk(node))
    return "".join("\n" if part["type"] == "linebreak" else _words(part) for part in parts)


def _style(node: Node) -> int:
    """Only what light Markdown can say; underlined and the like are kept while their block is unchanged."""
    known = BOLD | ITALIC | STRIKE | CODE
    found = node.get("format", 0)
    return found & known if isinstance(found, int) else 0


def _normal(nodes: list[Node]) -> list[Node]:
    """As they would be read: plain text nodes, lines apart, neighbours of one style joined."""
    found: list[Node] = []
    for node in nodes:
        if node["type"] in TEXTS:
            found += _plain(_words(node), _style(node))
        elif node["type"] == "linebreak":
            found.append(linebreak())
        else:
            found.append(_link(_address(node), _normal(children(node))))
    return _merged(found)


def _merged(nodes: list[Node]) -> list[Node]:
    found: list[Node] = []
    for node in nodes:
        last = found[-1] if found else None
        if last and "text" in last and "text" in node and last["format"] == node["format"]:
            found[-1] = text(last["text"] + node["text"], node["format"])
        else:
            found.append(node)
    return found
