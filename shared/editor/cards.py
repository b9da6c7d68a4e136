"""Koenig's cards, made fit for pages that run no foreign script and take no inline style.

Toggles become `<details>`, players the browser's own, sign-up a form that posts. Colours an author chose move
to `data-style`, which koenig-cards.js applies.
"""

import re
from html import escape

TOGGLE = re.compile(
    r'<div class="kg-card kg-toggle-card"[^>]*>\s*<div class="kg-toggle-heading">\s*'
    r'<h4 class="kg-toggle-heading-text">(?P<heading>.*?)</h4>\s*<button.*?</button>\s*</div>\s*'
    r'<div class="kg-toggle-content">(?P<content>.*?)</div>\s*</div>',
    re.DOTALL,
)
DETAILS = (
    r'<details class="kg-card kg-toggle-card"><summary class="kg-toggle-heading">\g<heading></summary>'
    r'<div class="kg-toggle-content">\g<content></div></details>'
)
AUDIO = re.compile(r"<audio (?![^>]*\bcontrols\b)")
AUDIO_PLAYER = re.compile(
    r'<div class="kg-audio-player">.*?<input[^>]*class="kg-audio-volume-slider"[^>]*></div>', re.DOTALL
)
AUDIO_NO_PICTURE = re.compile(r'<img src="" [^>]*class="kg-audio-thumbnail kg-audio-hide"[^>]*>')
VIDEO_CARD = re.compile(r'<figure class="kg-card kg-video-card.*?</figure>', re.DOTALL)
VIDEO_PLAYER = re.compile(
    r'<div class="kg-video-overlay">.*<input[^>]*class="kg-video-volume-slider"[^>]*>\s*</div>\s*</div>',
    re.DOTALL,
)
VIDEO = re.compile(r'<video (?P<attributes>[^>]*?)\s*poster="[^"]*"(?P<more>[^>]*?)>')
THUMBNAIL = re.compile(r'data-kg-(?:custom-)?thumbnail="([^"]+)"')
STYLE = re.compile(r'(<[a-z][a-z0-9]*\b[^<>]*?)\sstyle="([^"]*)"', re.IGNORECASE)
HIDDEN = re.compile(r"\s*display: none;")
FALLBACK = re.compile(r" onerror=\"this\.style\.display = 'none'\"")
SIGNUP_FORM = re.compile(r'<form class="kg-signup-card-form"[^>]*>(?P<fields>.*?)</form>', re.DOTALL)
SIGNUP_STATES = re.compile(
    r'<div class="kg-signup-card-(?:success|error)".*?</div>'
    r'|<span class="kg-signup-card-button-loading">.*?</span>',
    re.DOTALL,
)
YOUTUBE = re.compile(r'(<iframe [^>]*src="https://www\.youtube)(?=\.com/embed/)')


def fit_cards(html: str, *, signup_url: str | None = None) -> str:
    """For a page of ours; without a `signup_url` sign-up cards lose their form."""
    html = TOGGLE.sub(DETAILS, html)
    html = AUDIO_NO_PICTURE.sub("", AUDIO_PLAYER.sub("", AUDIO.sub("<audio controls ", html)))
    html = VIDEO_CARD.sub(_video_card, html)
    html = SIGNUP_FORM.sub(lambda form: _signup_form(form, signup_url), html)
    html = YOUTUBE.sub(r"\1-nocookie", html)
    return STYLE.sub(_moved_style, FALLBACK.sub("", html))


def _video_card(card: re.Match[str]) -> str:
    without_player = VIDEO_PLAYER.sub("", card[0])
    thumbnails = THUMBNAIL.findall(card[0])
    poster = f' poster="{thumbnails[-1]}"' if thumbnails else ""
    return VIDEO.sub(rf"<video controls \g<attributes>{_literal(poster)}\g<more>>", without_player)


def _literal(replacement: str) -> str:
    return replacement.replace("\\", r"\\")


def _signup_form(form: re.Match[str], url: str | None) -> str:
    if url is None:
        return ""
    fields = SIGNUP_STATES.sub("", form["fields"])
    fields = fields.replace('id="email"', 'name="email" autocomplete="email" aria-label="Email address"')
    fields = fields.replace('<input data-members-label=""', '<input name="label"')
    return f'<form class="kg-signup-card-form" method="post" action="{escape(url)}">{fields}</form>'


def _moved_style(found: re.Match[str]) -> str:
    style = HIDDEN.sub("", found[2]).strip()
    return f'{found[1]} data-style="{style}"' if style else found[1]
