"""Cards on a reader's page: they work without JavaScript and break no content security policy."""

import json
from pathlib import Path

import pytest

from shared.editor.cards import fit_cards

GHOST = Path(__file__).resolve().parents[4] / "shared/data/ghost-rendered.json"
TOGGLE = """<div class="kg-card kg-toggle-card" data-kg-toggle-state="close">
    <div class="kg-toggle-heading">
        <h4 class="kg-toggle-heading-text">When?</h4>
        <button class="kg-toggle-card-icon" aria-label="Expand"><svg></svg></button>
    </div>
    <div class="kg-toggle-content"><p>Thursdays.</p></div>
</div>"""
SIGNUP = (
    '<form class="kg-signup-card-form" data-members-form="signup">'
    '<input class="kg-signup-card-input" id="email" data-members-email="" type="email" required="true">'
    '<div class="kg-signup-card-success" style="color: #000000;">Email sent!</div></form>'
)


def test_a_toggle_opens_by_itself():
    assert fit_cards(TOGGLE) == (
        '<details class="kg-card kg-toggle-card"><summary class="kg-toggle-heading">When?</summary>'
        '<div class="kg-toggle-content"><p>Thursdays.</p></div></details>'
    )


def test_toggles_stay_apart():
    assert fit_cards(f"{TOGGLE}<p>Between</p>{TOGGLE}").count("<details") == 2


def test_a_signup_card_is_a_form_that_posts():
    form = fit_cards(SIGNUP, signup_url="/signup/?a=1&b=2")

    assert '<form class="kg-signup-card-form" method="post" action="/signup/?a=1&amp;b=2">' in form
    assert 'name="email"' in form
    assert "Email sent" not in form


def test_without_an_address_to_post_to_the_form_goes():
    assert fit_cards(f"<p>Join</p>{SIGNUP}") == "<p>Join</p>"


def test_colours_move_to_where_a_script_of_ours_finds_them():
    card = '<div class="kg-card kg-header-card" style="background-color: #000000;"><p>style="x"</p></div>'

    assert fit_cards(card) == card.replace(" style=", " data-style=", 1)


def test_youtube_sets_no_cookies():
    film = '<iframe width="200" src="https://www.youtube.com/embed/x"></iframe>'

    assert fit_cards(film) == film.replace("youtube.com", "youtube-nocookie.com")


@pytest.mark.skipif(not GHOST.exists(), reason="the Ghost export lies beside the checkout only in CI")
def test_every_card_of_ghosts_works_without_scripts_and_styles():
    post = next(post for post in json.loads(GHOST.read_text()) if post["slug"] == "every-card")

    page = fit_cards(post["html"], signup_url="/signup/")

    assert not [sign for sign in (" style=", " onerror=", "display: none", "range", "kg-video-overlay") if sign in page]
    assert page.count("controls") == 2
    assert 'poster="https://coop.example/content/media/v.jpg"' in page
    assert page.count("<div") == page.count("</div>")
