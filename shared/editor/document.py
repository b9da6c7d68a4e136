"""Questions about a text, answered from its tree: no Node process, no HTML."""

import re
from html import unescape
from typing import Any

from shared.editor.gating import MAIL_CARDS, Reader, cut_members_only, has_paywall
from shared.editor.text_source import from_text_source, to_text_source
from shared.editor.tree import Node, children, is_card, load, walk

__all__ = [
    "Reader",
    "cut_members_only",
    "from_text_source",
    "has_paywall",
    "in_one_line",
    "plain_text",
    "reading_minutes",
    "shows_nothing",
    "to_text_source",
    "word_count",
]

# What a card says in words, by its type; the others say nothing.
CARD_WORDS: dict[str, tuple[str, ...]] = {
    "audio": ("title", "caption"),
    "bookmark": ("metadata.title", "metadata.description", "caption"),
    "button": ("buttonText",),
    "call-to-action": ("textValue", "buttonText"),
    "callout": ("calloutText",),
    "codeblock": ("code", "caption"),
    "embed": ("caption",),
    "file": ("fileTitle", "fileCaption"),
    "gallery": ("caption",),
    "header": ("header", "subheader", "buttonText"),
    "html": ("html",),
    "image": ("alt", "caption"),
    "markdown": ("markdown",),
    "product": ("productTitle", "productDescription"),
    "signup": ("header", "subheader", "disclaimer"),
    "toggle": ("heading", "content"),
    "video": ("caption",),
}
# Kept as typed: these are not HTML.
VERBATIM = {"alt", "code", "markdown"}
UNSEEN = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
BLOCK_END = re.compile(r"</(p|div|li|h[1-6]|tr|blockquote)>|<br\s*/?>", re.IGNORECASE)
TAG = re.compile(r"<[^<>]*>")
# A line's end, with the mark of punctuation that it ends with, in quotes or in a mark of its own.
LINE_END = re.compile(r"([.,:;!?…]\W?)?\s*\n\s*")
# The formula Ghost uses: words a minute, and seconds for each picture, one fewer for each further one.
WORDS_A_MINUTE = 275
FIRST_PICTURE, LEAST_PICTURE = 12, 3


def plain_text(lexical: str) -> str:
    """Words only, an empty line between blocks; cards give captions and texts. Raises `TextUnreadable`."""
    words = (_block_words(block) for block in children(load(lexical)) if block["type"] not in MAIL_CARDS)
    return "\n\n".join(found for found in words if found)


def in_one_line(text: str) -> str:
    """For excerpts of a plain text: a heading or an item of a list, which has no full stop, is set off by a dot."""
    return LINE_END.sub(lambda found: f"{found[1]} " if found[1] else " · ", text)


def word_count(lexical: str) -> int:
    return len(plain_text(lexical).split())


def reading_minutes(lexical: str) -> int:
    """At least one."""
    pictures = sum(_pictures(block) for block in children(load(lexical)))
    looking = sum(max(FIRST_PICTURE - place, LEAST_PICTURE) for place in range(pictures))
    return max(1, round(word_count(lexical) / WORDS_A_MINUTE + looking / 60))


def shows_nothing(lexical: str) -> bool:
    """Nothing but empty paragraphs, or what only mails show."""
    return all(
        block["type"] in MAIL_CARDS or not (is_card(block) or _block_words(block)) for block in children(load(lexical))
    )


def _block_words(block: Node) -> str:
    if is_card(block):
        return _card_words(block)
    words = _list_words(block) if block["type"] == "list" else _inline_words(block)
    return words.strip()


def _list_words(block: Node) -> str:
    return "\n".join(item for item in map(_item_words, children(block)) if item)


def _item_words(item: Node) -> str:
    nested = [child for child in children(item) if child["type"] == "list"]
    own = "".join(_inline_words(child) for child in children(item) if child["type"] != "list")
    return "\n".join(part for part in (own, *map(_list_words, nested)) if part)


def _inline_words(node: Node) -> str:
    return "".join("\n" if part["type"] == "linebreak" else str(part.get("text", "")) for part in walk(node))


def _card_words(card: Node) -> str:
    found = [_field_words(card, field) for field in CARD_WORDS.get(card["type"], ())]
    return "\n".join(words for words in found if words)


def _field_words(card: Node, field: str) -> str:
    value: Any = card
    for key in field.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    if not isinstance(value, str):
        return ""
    return value.strip() if field in VERBATIM else _without_tags(value)


def _without_tags(html: str) -> str:
    shown = BLOCK_END.sub("\n", UNSEEN.sub("", html))
    lines = (" ".join(line.split()) for line in unescape(TAG.sub("", shown)).split("\n"))
    return "\n".join(line for line in lines if line)


def _pictures(block: Node) -> int:
    images = block.get("images")
    if block["type"] == "gallery" and isinstance(images, list):
        return len(images)
    return int(block["type"] == "image")
