"""Descriptions: plain text or simple HTML comes in, clean HTML is stored."""

import re
from html import escape

TAGS = {"p", "br", "strong", "em", "b", "i", "a", "ul", "ol", "li", "h2", "h3", "h4", "blockquote", "hr"}


def clean(text: str) -> str:
    """Safe to show as it is. Text without tags becomes paragraphs."""
    import nh3

    html = text if re.search(r"<[a-zA-Z]", text) else _paragraphs(text)
    return str(nh3.clean(html.replace("\x00", ""), tags=TAGS, link_rel="noopener nofollow")).strip()


def _paragraphs(text: str) -> str:
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return "".join(f"<p>{escape(block, quote=False).replace(chr(10), '<br>')}</p>" for block in blocks if block.strip())
