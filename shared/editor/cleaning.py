"""HTML of authors who are not trusted: only what texts and our cards need is left of it."""

import re
from functools import lru_cache
from urllib.parse import SplitResult, urljoin, urlsplit

import nh3

from shared.editor.cards import fit_cards

# fmt: off
TEXT_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "cite", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6",
    "hr", "i", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "small", "strong", "sub", "sup",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}
CARD_TAGS = {
    "audio", "details", "div", "figcaption", "figure", "iframe", "img", "section", "span", "summary", "video",
}
# Taken out with all they hold; of other tags the words stay.
TAKEN_OUT = {
    "script", "style", "svg", "math", "form", "template", "noscript", "object", "select", "textarea", "title",
}
# fmt: on
ATTRIBUTES = {
    "*": {"class"},
    "a": {"href", "title", "download"},
    "audio": {"src", "controls", "preload"},
    "iframe": {"src", "title", "width", "height", "allowfullscreen"},
    "img": {"src", "srcset", "sizes", "alt", "title", "width", "height", "loading"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "video": {"src", "poster", "width", "height", "controls", "loop", "muted", "playsinline", "preload"},
} | {f"h{level}": {"id"} for level in range(1, 7)}
IFRAME = {
    "sandbox": "allow-scripts allow-same-origin allow-popups allow-presentation",
    "referrerpolicy": "strict-origin-when-cross-origin",
    "loading": "lazy",
}
# Whose players may stand in a page; the content security policy names the same.
EMBED_HOSTS = frozenset(
    {
        "www.youtube.com",
        "www.youtube-nocookie.com",
        "player.vimeo.com",
        "open.spotify.com",
        "w.soundcloud.com",
        "codepen.io",
    }
)
OUTSIDE_REL = "noopener nofollow ugc"
IGNORED_BY_BROWSERS = re.compile(r"[\x00-\x20]")
HEADING_ID = re.compile(r"[\w%.-]{1,200}")
LINK = re.compile(r'<a((?: [\w-]+="[^"]*")*)>')
ADDRESS = re.compile(r' href="([^"]*)"')
# A frame with what stands in it, which nobody reads, or any other tag whole: a title may hold what looks like a frame.
FRAME_OR_TAG = re.compile(
    r'<iframe(?P<marks>(?: [\w-]+="[^"]*")*)>.*?</iframe>|<[^"<>]*(?:"[^"]*"[^"<>]*)*>', re.DOTALL
)


def clean_html(html: str, *, site_url: str = "") -> str:
    """Safe to print in a page, with cards fit for it; without forms, scripts and styles.

    Links that lead away from `site_url` lend nobody weight; without it, all with a host do.
    """
    scheme = urlsplit(site_url).scheme or "https"
    cleaned = FRAME_OR_TAG.sub(_empty_frame, _cleaner(scheme).clean(fit_cards(html)))
    return LINK.sub(lambda link: _with_rel(link, site_url), cleaned)


@lru_cache(maxsize=2)
def _cleaner(scheme: str) -> nh3.Cleaner:
    """`scheme` is the site's own: on plain http, on a laptop, its apps may lead to each other."""
    return nh3.Cleaner(
        tags=TEXT_TAGS | CARD_TAGS,
        clean_content_tags=TAKEN_OUT,
        attributes=ATTRIBUTES,
        attribute_filter=_filter_attribute,
        set_tag_attribute_values={"iframe": IFRAME},
        url_schemes={"https", "mailto", scheme},
        link_rel=None,
    )


def _filter_attribute(tag: str, name: str, value: str) -> str | None:
    if name == "class":
        return " ".join(kept for kept in value.split() if kept.startswith("kg-")) or None
    if name == "id":
        return value if HEADING_ID.fullmatch(value) else None
    if tag == "iframe" and name == "src":
        return value if _is_embed(value) else None
    if name in {"src", "poster", "srcset"}:
        return value if _are_pictures(value) else None
    return value


def _is_embed(address: str) -> bool:
    parts = _split(IGNORED_BY_BROWSERS.sub("", address))
    return parts.scheme == "https" and parts.netloc in EMBED_HOSTS


def _are_pictures(addresses: str) -> bool:
    """One address, or a source set of several with their sizes."""
    return all(_is_picture(part.split()[0]) for part in addresses.split(",") if part.strip())


def _is_picture(address: str) -> bool:
    return _split(IGNORED_BY_BROWSERS.sub("", address)).scheme in {"", "https"}


def _empty_frame(found: re.Match[str]) -> str:
    """Nothing stands in a frame, and none is without an address."""
    if found["marks"] is None:
        return found[0]
    return f"<iframe{found['marks']}></iframe>" if ' src="' in found["marks"] else ""


def _with_rel(link: re.Match[str], site_url: str) -> str:
    address = ADDRESS.search(link[1])
    if address is None or not _leads_outside(address[1], site_url):
        return link[0]
    return f'<a{link[1]} rel="{OUTSIDE_REL}">'


def _leads_outside(address: str, site_url: str) -> bool:
    """Browsers read a backslash as a slash, and skip white space."""
    plain = IGNORED_BY_BROWSERS.sub("", address).replace("\\", "/")
    try:
        target = urlsplit(urljoin(site_url, plain))
    except ValueError:
        return True
    return target.scheme in {"http", "https"} and target.netloc != urlsplit(site_url).netloc


def _split(address: str) -> SplitResult:
    """What is no address has the scheme "unreadable"."""
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult("unreadable", "", "", "", "")
