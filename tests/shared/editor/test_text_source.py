"""Writing without JavaScript: a text area that keeps everything it cannot show."""

import json

import pytest
from hypothesis import given

from shared.editor.document import from_text_source, plain_text, to_text_source
from shared.editor.text_source import NoSuchCard
from shared.editor.tree import element, linebreak, text
from tests.shared.editor.trees import (
    CALLOUT,
    PICTURE,
    blocks_of,
    bullets,
    documents,
    heading,
    lexical,
    link,
    paragraph,
)

BOX = lexical(
    heading("The box"),
    paragraph("Carrots, ", text("new", 1), " potatoes and ", link("chard", "https://example.org/chard"), "."),
    PICTURE,
    bullets("Small", [bullets("for one")], "Large"),
    element("extended-quote", [text("Nothing tastes like it."), linebreak(), text("Ann")]),
    CALLOUT,
)


def test_a_text_is_written_as_light_markdown_with_its_cards_by_number():
    assert to_text_source(BOX) == (
        "## The box\n\n"
        "Carrots, **new** potatoes and [chard](https://example.org/chard).\n\n"
        "[[card 1: image]]\n\n"
        "- Small\n  - for one\n- Large\n\n"
        "> Nothing tastes like it.\n> Ann\n\n"
        "[[card 2: callout]]"
    )


@given(documents)
def test_a_text_nobody_touched_comes_back_as_it_was(document):
    assert json.loads(from_text_source(to_text_source(document), document)) == json.loads(document)


@given(documents)
def test_a_browsers_line_ends_change_nothing(document):
    sent = to_text_source(document).replace("\n", "\r\n")

    assert json.loads(from_text_source(sent, document)) == json.loads(document)


@given(documents)
def test_words_survive_being_written_anew(document):
    """Against an empty original every block is read from its source; cards cannot be."""
    blocks = [block for block in blocks_of(document) if "children" in block and block["type"] != "aside"]

    again = from_text_source(to_text_source(lexical(*blocks)), "")

    assert letters(plain_text(again)) == letters(plain_text(lexical(*blocks)))


def letters(words):
    return [sign for sign in words if sign.isalpha()]


def test_an_edited_block_leaves_its_neighbours_as_they_were():
    underlined = paragraph(text("Underlined", 8))
    before = lexical(underlined, paragraph("Old"), PICTURE)

    after = from_text_source(to_text_source(before).replace("Old", "New *words*"), before)

    assert blocks_of(after) == [underlined, paragraph("New ", text("words", 2)), PICTURE]


def test_cards_can_be_moved_and_taken_out():
    before = lexical(PICTURE, paragraph("Between"), CALLOUT)

    after = from_text_source("[[card 2: callout]]\n\nBetween", before)

    assert blocks_of(after) == [CALLOUT, paragraph("Between")]


def test_a_card_that_does_not_exist_is_refused():
    with pytest.raises(NoSuchCard, match="card 7") as refused:
        from_text_source("[[card 7: image]]", BOX)
    assert refused.value.field == "body"


def test_lists_and_headings_need_no_empty_lines_around_them():
    source = "# Big\nIntro:\n- a\n- b\n1. one\n> said\n[[card 1]]"

    after = blocks_of(from_text_source(source, lexical(PICTURE)))

    kinds = [block["type"] for block in after]
    assert kinds == ["extended-heading", "paragraph", "list", "list", "extended-quote", "image"]


@pytest.mark.parametrize(
    "words",
    [
        "# no heading",
        "- no list",
        "1. no list",
        "> no quote",
        "[[card 1: image]]",
        "\\",
        "3 * 4 * 5",
        "a*b*c",
    ],
)
def test_words_that_look_like_marks_stay_words(words):
    source = to_text_source(lexical(paragraph(words)))

    assert blocks_of(from_text_source(source, "")) == [paragraph(words)]


def test_plain_sentences_are_shown_without_backslashes():
    words = "2 * 3 = 6 [sic], says A_B; it's 50 ~ 60 - #1 (really)."

    assert to_text_source(lexical(paragraph(words))) == words


def test_a_numbered_list_keeps_its_first_number():
    after = blocks_of(from_text_source("3. three\n4. four", ""))

    assert (after[0]["tag"], after[0]["start"]) == ("ol", 3)


def test_an_empty_text_area_is_an_empty_text():
    assert blocks_of(from_text_source("  \r\n", BOX)) == []
