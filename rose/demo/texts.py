"""The demo's texts: one file each in texts/, a head of `name: value` lines, an empty line, then the text."""

from dataclasses import dataclass
from pathlib import Path

from shared.editor.tree import Node, dump, root

FOLDER = Path(__file__).parent / "texts"
# `[[card 1: …]]` in a text is the card of this name in its head.
CARDS: dict[str, Node] = {
    "paywall": {"type": "paywall", "version": 1},
    "rule": {"type": "horizontalrule", "version": 1},
    "box": {
        "type": "callout",
        "version": 1,
        "calloutText": "<p>The box is packed on Thursdays. Order by Tuesday evening.</p>",
        "calloutEmoji": "🥕",
        "backgroundColor": "green",
    },
    "hall": {
        "type": "callout",
        "version": 1,
        "calloutText": "<p>Doors open half an hour before. The bar is run by the bakery.</p>",
        "calloutEmoji": "🎻",
        "backgroundColor": "yellow",
    },
}


@dataclass(frozen=True)
class Text:
    kind: str
    title: str
    slug: str
    source: str
    cards: str
    excerpt: str = ""
    author: str = ""
    tags: tuple[str, ...] = ()
    scene: str = ""
    alt: str = ""
    visibility: str = "public"
    featured: bool = False
    days_ago: float | None = None
    # The table and slug of something of another app that the text ends with; see links.py.
    shows: tuple[str, ...] = ()


def list_pages() -> list[Text]:
    return [_read(path, "page") for path in sorted((FOLDER / "pages").glob("*.md"))]


def list_posts() -> list[Text]:
    return [_read(path, "post") for path in sorted((FOLDER / "posts").glob("*.md"))]


def _read(path: Path, kind: str) -> Text:
    head, _, source = path.read_text("utf-8").partition("\n\n")
    values = dict(line.split(": ", 1) for line in head.splitlines())
    return Text(
        kind=kind,
        title=values["title"],
        slug=path.stem,
        source=source.strip(),
        cards=dump(root([CARDS[name] for name in values.get("cards", "").split()])),
        excerpt=values.get("excerpt", ""),
        author=values.get("author", ""),
        tags=tuple(values.get("tags", "").split()),
        scene=values.get("scene", ""),
        alt=values.get("alt", ""),
        visibility=values.get("visibility", "public"),
        featured="featured" in values,
        days_ago=float(values["days_ago"]) if "days_ago" in values else None,
        shows=tuple(values.get("shows", "").split()),
    )
