"""Stored HTML as people typed it, for the form that changes it."""

import re
from html import unescape

PARAGRAPHS = re.compile(r"(?:\s*<p>[^<]*(?:<br\s*/?>[^<]*)*</p>\s*)*")
PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)
TAG = re.compile(r"<[a-zA-Z]")


def as_typed(html: str) -> str:
    """Paragraphs of words alone become text with empty lines between; anything richer stays HTML."""
    if not PARAGRAPHS.fullmatch(html):
        return html
    blocks = [re.sub(r"<br\s*/?>\n?", "\n", block) for block in PARAGRAPH.findall(html)]
    text = unescape("\n\n".join(blocks))
    # Words that look like a tag would be taken for one when they come back.
    return html if TAG.search(text) else text
