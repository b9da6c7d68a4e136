"""What must not be in the HTML of people who are not trusted, said once more and apart from the cleaner's own lists."""

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from urllib.parse import urlsplit

Element = tuple[str, dict[str, str]]
# fmt: off
TAGS = {
    "a", "abbr", "audio", "b", "blockquote", "br", "cite", "code", "del", "details", "div", "em", "figcaption",
    "figure",
    "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "iframe", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q",
    "s", "section", "small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead",
    "tr", "u", "ul", "video",
}
MARKS = {
    "allowfullscreen", "alt", "class", "colspan", "controls", "download", "height", "href", "id", "loading", "loop",
    "muted", "playsinline", "poster", "preload", "referrerpolicy", "rel", "rowspan", "sandbox", "scope", "sizes", "src",
    "srcset", "start", "title", "width",
}
# fmt: on
PLAYERS = re.compile(
    r"https://(www\.youtube(-nocookie)?|player\.vimeo|open\.spotify|w\.soundcloud)\.com/|https://codepen\.io/"
)
BLANK = re.compile(r"[\x00-\x20]")


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))


def dangers(found: str | Iterable[Element]) -> list[str]:
    """In HTML, or in the elements that a browser made of it."""
    elements = _Reader(found).elements if isinstance(found, str) else found
    return [wrong for tag, marks in elements for wrong in _of(tag, marks)]


def _of(tag: str, marks: dict[str, str]) -> Iterator[str]:
    if tag not in TAGS:
        yield f"<{tag}>"
    for name, value in marks.items():
        if name not in MARKS or (name == "id" and not re.fullmatch("h[1-6]", tag)):
            yield f"{name}={value}"
        if name == "class" and not all(word.startswith("kg-") for word in value.split()):
            yield f"class={value}"
        if name in {"href", "src", "poster"} and _scheme(value) not in {"", "https", "mailto"}:
            yield f"{name}={value}"
    if tag == "a" and _scheme(marks.get("href", "")) == "https" and "nofollow" not in marks.get("rel", ""):
        yield f"a link that lends weight: {marks}"
    if tag == "iframe" and not (PLAYERS.match(marks.get("src", "")) and "allow-scripts" in marks.get("sandbox", "")):
        yield f"a strange frame: {marks}"


def _scheme(address: str) -> str:
    try:
        return urlsplit(BLANK.sub("", address)).scheme.lower()
    except ValueError:
        return "unreadable"
