"""What the editor is given to show, of texts that may come from anywhere."""

import pytest

from shared.editor.opening import safe_to_open
from shared.editor.tree import TextUnreadable, children, dump, element, load, root, text

FILM = '<iframe src="https://www.youtube-nocookie.com/embed/x"></iframe>'


def opened(*blocks):
    return children(load(safe_to_open(dump(root(list(blocks))))))


@pytest.mark.parametrize("html", ["<script>parent.alert(1)</script>", "<img src=x onerror=alert(1)>"])
def test_of_a_player_nothing_is_left_that_could_run(html):
    [card] = opened({"type": "embed", "version": 1, "html": html})

    assert "alert" not in card["html"]


def test_a_known_player_stays():
    [card] = opened({"type": "embed", "version": 1, "html": FILM, "caption": "A film"})

    assert 'src="https://www.youtube-nocookie.com/embed/x"' in card["html"]
    assert card["caption"] == "A film"


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", " java\nscript:alert(1)", "JAVASCRIPT:x", "data:text/html,x"]
)
def test_links_lead_to_pages(address):
    [paragraph, button] = opened(
        element("paragraph", [element("link", [text("here")]) | {"url": address}]),
        {"type": "button", "version": 1, "buttonUrl": address},
    )

    assert (children(paragraph)[0]["url"], button["buttonUrl"]) == ("", "")


@pytest.mark.parametrize("address", ["https://a.example/", "/about/", "#top", "mailto:ann@a.example", "tel:123", ""])
def test_ordinary_links_stay(address):
    [link] = children(opened(element("paragraph", [element("link", [text("here")]) | {"url": address}]))[0])

    assert link["url"] == address


def test_what_cannot_be_read_is_told():
    with pytest.raises(TextUnreadable):
        safe_to_open("{")
    assert not safe_to_open("")
