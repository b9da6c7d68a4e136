"""Questions about a text, and what of it each reader may see."""

import json
from pathlib import Path

import pytest
from hypothesis import given

from shared.editor.document import (
    Reader,
    cut_members_only,
    has_paywall,
    plain_text,
    reading_minutes,
    shows_nothing,
    word_count,
)
from shared.editor.tree import TextUnreadable
from tests.shared.editor.trees import (
    CALLOUT,
    PICTURE,
    WALL,
    blocks_of,
    bullets,
    documents,
    heading,
    lexical,
    link,
    paragraph,
)

GHOST = Path(__file__).resolve().parents[4] / "shared/data/ghost-rendered.json"


def gated(words, **web):
    segments = {"nonMember": False, "memberSegment": "", **web}
    return {
        "type": "html",
        "version": 1,
        "html": f"<p>{words}</p>",
        "visibility": {"web": segments, "email": {}},
    }


def test_plain_text_has_the_words_of_blocks_and_cards():
    text = lexical(
        heading("The box"),
        paragraph("Carrots and ", link("chard", "/chard"), "."),
        bullets("small", [bullets("for one")], "large"),
        PICTURE,
        {"type": "html", "html": "<style>p{}</style><p>Fish &amp; chips</p><script>x</script>"},
        {"type": "email", "html": "<p>Hello {first_name}</p>"},
        {"type": "bookmark", "metadata": {"title": "Ghost", "description": None}},
    )

    assert plain_text(text) == (
        "The box\n\nCarrots and chard.\n\nsmall\nfor one\nlarge\n\nRows of chard\nIn May\n\nFish & chips\n\nGhost"
    )


def test_reading_takes_at_least_a_minute():
    assert reading_minutes(lexical(paragraph("Hello"))) == 1


def test_pictures_take_time_to_look_at():
    assert reading_minutes(lexical(paragraph("word " * 275), *[PICTURE] * 6)) == 2


def test_words_are_counted():
    assert word_count(lexical(paragraph("One, two"), CALLOUT)) == 5


@pytest.mark.parametrize("text", ["", lexical(), lexical(paragraph()), lexical(paragraph(" "), {"type": "email"})])
def test_an_empty_text_shows_nothing(text):
    assert shows_nothing(text)


@pytest.mark.parametrize("text", [lexical(paragraph("A")), lexical(PICTURE), lexical(bullets("A"))])
def test_words_and_cards_are_something(text):
    assert not shows_nothing(text)


def test_a_visitor_reads_up_to_the_paywall():
    text = lexical(paragraph("Open"), WALL, paragraph("Secret"), WALL, paragraph("Deep secret"))

    assert plain_text(cut_members_only(text)) == "Open"


def test_who_has_access_reads_on_and_sees_no_wall():
    text = lexical(paragraph("Open"), WALL, paragraph("Secret"))

    assert blocks_of(cut_members_only(text, has_access=True)) == [paragraph("Open"), paragraph("Secret")]


@pytest.mark.parametrize(
    ("web", "readers"),
    [
        ({"nonMember": True}, {Reader.VISITOR}),
        ({"memberSegment": "status:free"}, {Reader.FREE}),
        ({"memberSegment": "status:-free"}, {Reader.PAID}),
        ({"memberSegment": "status:free,status:-free"}, {Reader.FREE, Reader.PAID}),
        ({"nonMember": "yes", "memberSegment": None}, set()),
    ],
)
def test_a_gated_block_is_for_those_it_names(web, readers):
    text = lexical(gated("Only you", **web))

    assert {reader for reader in Reader if plain_text(cut_members_only(text, reader=reader))} == readers


@pytest.mark.parametrize("settings", ["all", 7, {"web": {}}, {"showOnWeb": False}, {"emailOnly": True}])
def test_settings_that_are_not_understood_close_the_block(settings):
    block = {**gated("Only you"), "visibility": settings}

    assert plain_text(cut_members_only(lexical(block))) == ""


def test_no_mark_of_gating_is_left_for_pages_to_show():
    cut = cut_members_only(lexical(gated("For all", nonMember=True)))

    assert "visibility" not in cut


def test_mails_have_cards_of_their_own_and_segments():
    text = lexical(
        {"type": "email", "html": "<p>Dear Ann</p>"},
        {"type": "email-cta", "html": "<p>Join us</p>", "segment": "status:free"},
        {"type": "html", "html": "Paid", "visibility": {"email": {"memberSegment": "status:-free"}}},
    )

    def kinds(reader):
        return [block["type"] for block in blocks_of(cut_members_only(text, reader=reader, surface="email"))]

    assert kinds(Reader.FREE) == ["email", "email-cta"]
    assert kinds(Reader.PAID) == ["email", "html"]


@given(documents)
def test_nothing_behind_a_wall_is_ever_shown(document):
    hidden = lexical(*blocks_of(document), WALL, paragraph("qqsecretqq"), *blocks_of(document))

    assert "qqsecretqq" not in cut_members_only(hidden)
    assert not has_paywall(cut_members_only(hidden))


@pytest.mark.parametrize(
    "damaged",
    [
        "{",
        "[]",
        '{"root": 7}',
        '{"root": {"children": [{"type": 7}], "type": "root"}}',
        '{"root": {"children": [null], "type": "root"}}',
        '{"root": ' + '{"type": "quote", "children": [' * 60 + "]}" * 60 + "}",
        "[" * 100_000,
    ],
)
def test_a_damaged_text_is_refused_in_words(damaged):
    with pytest.raises(TextUnreadable, match="damaged"):
        plain_text(damaged)


@pytest.mark.skipif(not GHOST.exists(), reason="the Ghost export lies beside the checkout only in CI")
def test_reading_times_agree_with_ghosts():
    posts = json.loads(GHOST.read_text())

    differing = [post["slug"] for post in posts if reading_minutes(post["lexical"]) != max(1, post["reading_time"])]

    # Ghost counts words of script-only cards, and icons, in the one post that has every card.
    assert differing in ([], ["every-card"])
