"""Descriptions: plain text or simple HTML comes in, clean HTML is stored."""

import re
from functools import lru_cache
from html import escape

import nh3

from shared.editor.cleaning import OUTSIDE_REL

TAGS = {"p", "br", "strong", "em", "b", "i", "a", "ul", "ol", "li", "h2", "h3", "h4", "blockquote", "hr"}


def clean(text: str) -> str:
    """Safe to show as it is. Text without tags becomes paragraphs."""
    html = text if re.search(r"<[a-zA-Z]", text) else _paragraphs(text)
    return str(_cleaner().clean(html.replace("\x00", ""))).strip()


@lru_cache(maxsize=1)
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(tags=TAGS, attributes={"a": {"href"}}, url_schemes={"https", "mailto"}, link_rel=OUTSIDE_REL)


def _paragraphs(text: str) -> str:
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return "".join(f"<p>{escape(block, quote=False).replace(chr(10), '<br>')}</p>" for block in blocks if block.strip())
