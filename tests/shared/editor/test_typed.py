import pytest

from shared.editor.typed import as_typed


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("<p>Two days of time.</p>", "Two days of time."),
        ("<p>Salt &amp; water</p>\n<p>and flour,<br>ours</p>", "Salt & water\n\nand flour,\nours"),
        ("", ""),
        ("<p>Two <strong>days</strong></p>", "<p>Two <strong>days</strong></p>"),
        ("<p>Write &lt;b&gt; for bold</p>", "<p>Write &lt;b&gt; for bold</p>"),
    ],
)
def test_words_come_back_as_they_were_typed(stored: str, shown: str) -> None:
    assert as_typed(stored) == shown
