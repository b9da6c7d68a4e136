"""From the editor's tree to what is stored and shown. Slow (Node): always before a transaction, never in one."""

from dataclasses import dataclass

from shared.editor.cleaning import clean_html
from shared.editor.document import (
    Reader,
    cut_members_only,
    from_text_source,
    has_paywall,
    in_one_line,
    plain_text,
    reading_minutes,
)
from shared.editor.koenig import Koenig

EXCERPT_WORDS = 40


@dataclass(frozen=True)
class Body:
    """A text in all the forms that are stored. The public ones lack whatever only members may read."""

    lexical: str
    html: str
    public_html: str
    plaintext: str
    public_text: str
    reading_minutes: int


async def render(koenig: Koenig, lexical: str, *, visibility: str, site_url: str) -> Body:
    """Raises RenderFailed, EditorUnavailable or TextUnreadable."""
    members_tree = cut_members_only(lexical, reader=Reader.FREE, has_access=True)
    public_tree = public_part(lexical, visibility=visibility)
    html = await _html(koenig, members_tree, site_url)
    public_html = html if public_tree == members_tree else await _html(koenig, public_tree, site_url)
    return Body(
        lexical=lexical,
        html=html,
        public_html=public_html,
        plaintext=plain_text(members_tree),
        public_text=plain_text(public_tree),
        reading_minutes=reading_minutes(members_tree),
    )


def rendered_elsewhere(lexical: str, html: str, *, visibility: str, site_url: str) -> Body:
    """For a text that our renderer refuses. Closed to visitors wholly if any of it is for members."""
    tree = cut_members_only(lexical, reader=Reader.FREE, has_access=True)
    closed = public_part(lexical, visibility=visibility) != tree
    shown, words = clean_html(html, site_url=site_url), plain_text(tree)
    public_html, public_text = ("", "") if closed else (shown, words)
    return Body(lexical, shown, public_html, words, public_text, reading_minutes(tree))


def written(*, lexical: str, source: str, original: str) -> str:
    """The tree of what was sent: the editor's own, or the text area's with the cards of the stored one.

    Raises NoSuchCard or TextUnreadable.
    """
    return lexical or from_text_source(source, original)


def public_part(lexical: str, *, visibility: str) -> str:
    """The tree as everybody may see it. A members' post without a paywall in it is closed from its first word."""
    if visibility == "members" and not has_paywall(lexical):
        return ""
    return cut_members_only(lexical, reader=Reader.VISITOR, has_access=visibility == "public")


def excerpt_of(text: str) -> str:
    words = in_one_line(text).split()
    return " ".join(words[:EXCERPT_WORDS]) + ("…" if len(words) > EXCERPT_WORDS else "")


async def _html(koenig: Koenig, lexical: str, site_url: str) -> str:
    return clean_html(await koenig.render(lexical, site_url=site_url), site_url=site_url) if lexical else ""
