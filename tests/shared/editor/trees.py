"""Documents for tests: a small one by hand, and any by Hypothesis."""

import json

from hypothesis import strategies as st

from shared.editor.tree import element, linebreak, text

PICTURE = {"type": "image", "version": 1, "src": "/a.jpg", "alt": "Rows of chard", "caption": "In <b>May</b>"}
CALLOUT = {"type": "callout", "version": 1, "calloutText": "<p>Boxes on <b>Thursdays</b></p>"}
WALL = {"type": "paywall", "version": 1}


def lexical(*blocks):
    return json.dumps({"root": {"type": "root", "version": 1, "children": list(blocks)}})


def blocks_of(lexical):
    return json.loads(lexical)["root"]["children"]


def paragraph(*inside):
    return element("paragraph", [text(node) if isinstance(node, str) else node for node in inside])


def heading(words, tag="h2"):
    return element("extended-heading", [text(words)], tag=tag)


def bullets(*items, kind="bullet"):
    inside = [
        element("listitem", item if isinstance(item, list) else [text(item)], value=1) for item in items
    ]
    return element("list", inside, listType=kind, start=1, tag="ul" if kind == "bullet" else "ol")


def link(words, url):
    return element("link", [text(words)], url=url, rel=None, target=None, title=None)


awkward = st.text(alphabet="ab \n\r\\*_`~[]()#>-+.1:", max_size=12) | st.text(max_size=8)
texts = st.builds(text, awkward, st.integers(0, 255))
links = st.builds(link, awkward, awkward)
inline = st.lists(texts | links | st.builds(linebreak), max_size=4)
kinds = st.sampled_from(["paragraph", "extended-heading", "heading", "extended-quote", "quote", "aside"])
words = st.builds(element, kinds, inline)
cards = st.sampled_from([PICTURE, CALLOUT, WALL, {"type": "horizontalrule", "version": 1}])
lists = st.recursive(
    st.builds(bullets, inline, inline, kind=st.sampled_from(["bullet", "number"])),
    lambda inner: st.builds(lambda item, below: bullets(item, [below]), inline, inner),
    max_leaves=3,
)
documents = st.lists(words | cards | lists, max_size=8).map(lambda blocks: lexical(*blocks))
