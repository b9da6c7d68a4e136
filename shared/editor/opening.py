"""A stored text on its way into the editor, which shows some of it as it stands."""

from urllib.parse import urlsplit

from shared.editor.cleaning import IGNORED_BY_BROWSERS, clean_html
from shared.editor.tree import Node, dump, load, walk

ADDRESSES = ("url", "href", "buttonUrl")
SCHEMES = {"", "http", "https", "mailto", "tel"}


def safe_to_open(lexical: str) -> str:
    """With known players alone, and links that lead to pages. Koenig shows a player's HTML in a frame of our origin.

    Raises TextUnreadable.
    """
    if not lexical:
        return lexical
    tree = load(lexical)
    for node in walk(tree):
        _make_safe(node)
    return dump(tree)


def _make_safe(node: Node) -> None:
    if node["type"] == "embed":
        node["html"] = clean_html(str(node.get("html") or ""))
    for name in ADDRESSES:
        if not _is_page(node.get(name)):
            node[name] = ""


def _is_page(address: object) -> bool:
    try:
        return urlsplit(IGNORED_BY_BROWSERS.sub("", str(address or ""))).scheme.lower() in SCHEMES
    except ValueError:
        return False
