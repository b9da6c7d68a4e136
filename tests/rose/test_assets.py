"""`make assets`: what is built, under which names, and what a second run costs."""

import json
import os
import re
import shutil
from pathlib import Path

import brotli
import pytest

from rose import assets
from rose.assets.errors import BuildFailed
from rose.assets.places import Places
from shared.design import Design
from shared.drawings import NAMES
from shared.infrastructure.found.raster import paint
from shared.palette import palette

ROOT = Places().root
SHEET = r".a{font-size:1.6rem;margin:-.5rem}@media(width>=40rem){.w-\[22rem\]{width:calc(22rem - 4px)}}"


@pytest.fixture
def places(tmp_path):
    """A checkout with its own sources and what it builds, and this one's npm packages."""
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    shutil.copy(ROOT / "package-lock.json", tmp_path)
    (tmp_path / "shared/browser/templates").mkdir(parents=True)
    shutil.copytree(ROOT / "shared/static/marks", tmp_path / "shared/static/marks")
    for name in (
        "css/app.css",
        "css/koenig-cards.css",
        "js/app.js",
        "js/koenig-cards.js",
        "js/passkeys.js",
        "js/rich-text.js",
    ):
        path = tmp_path / "shared/static" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "app-config.yaml").write_text("design: {accent_hue: 145, text_size: 20, space: 5}")
    write(tmp_path, "css/app.css", '@import "tailwindcss" source(none);\n@source "../../browser/templates";')
    (tmp_path / "shared/editor/src").mkdir(parents=True)
    (tmp_path / "shared/editor/src/editor.js").write_text('import "./editor.css"; console.log("editor");')
    (tmp_path / "shared/editor/src/editor.css").write_text(SHEET)
    return Places(tmp_path)


def write(root: Path, name: str, text: str) -> None:
    (root / "shared/static" / name).write_text(text)


def template(places: Places, text: str) -> None:
    (places.root / "shared/browser/templates/page.html").write_text(text)


def build(places: Places) -> list[str]:
    said: list[str] = []
    assets.build_at(places, said.append)
    return said


def built(places: Places, name: str) -> Path:
    return places.dist / json.loads((places.dist / "manifest.json").read_text())[name]


def test_the_style_sheet_holds_the_classes_templates_use_and_no_others(places):
    template(places, '<p class="underline">Hello</p>')

    build(places)

    sheet = built(places, "app.css").read_text()
    assert ".underline" in sheet
    assert ".line-through" not in sheet


def test_the_configuration_says_the_accent_the_size_of_text_and_the_space(places):
    template(places, '<p class="p-4 text-base text-accent">Hello</p>')
    write(
        places.root, "css/tokens.css", "@theme { --accent-hue: 22; --color-accent: oklch(0.5 0.1 var(--accent-hue)); }"
    )
    sheet = '@import "tailwindcss" source(none);\n@source "../../browser/templates";\n@import "./tokens.css";'
    write(places.root, "css/app.css", sheet)

    build(places)

    assert "--accent-hue:145" in built(places, "app.css").read_text()
    assert "--text-base:1.25rem" in built(places, "app.css").read_text()
    assert "--spacing:0.3125rem" in built(places, "app.css").read_text().replace("--spacing:.", "--spacing:0.")


def test_a_file_that_changes_gets_a_new_name_and_the_old_one_stays_for_cached_pages(places):
    build(places)
    before = built(places, "app.js")
    write(places.root, "js/app.js", "console.log('changed')")

    build(places)

    assert built(places, "app.js") != before
    assert before.exists()


def test_an_old_file_goes_after_a_week(places):
    build(places)
    old = built(places, "app.js")
    os.utime(old, (0, 0))
    write(places.root, "js/app.js", "console.log('changed')")

    build(places)

    assert not old.exists()


def test_only_what_changed_is_built_again(places):
    build(places)
    write(places.root, "js/app.js", "console.log('changed')")

    said = build(places)

    assert [line.split()[1] for line in said] == ["scripts"]


def test_a_second_run_starts_no_tool_and_says_nothing(places, monkeypatch):
    build(places)
    monkeypatch.setattr("rose.assets.node.NODE", places.root / "nowhere")

    assert build(places) == []


def test_a_lost_file_is_built_again(places):
    build(places)
    lost = built(places, "app.css")
    lost.unlink()

    build(places)

    assert lost.exists()


def test_the_sprite_holds_icons_named_by_templates_and_by_the_list(places):
    template(places, '{{ icon("carrot") }} {{ button("Pay", icon="basket-shopping") }} {% set links = ["mastodon"] %}')
    write(places.root, "icons.txt", "# by a variable\nmastodon\n")

    build(places)

    sprite = built(places, "icons.svg").read_text()
    assert all(f'<symbol id="{name}"' in sprite for name in ("carrot", "basket-shopping", "mastodon"))
    assert sprite.count("<symbol") == 3


def test_an_icon_that_does_not_exist_is_named(places):
    template(places, '{{ icon("karrot") }}')

    with pytest.raises(BuildFailed, match="karrot"):
        build(places)


def test_an_icon_that_is_listed_and_shown_nowhere_is_named(places):
    write(places.root, "icons.txt", "mastodon\n")

    with pytest.raises(BuildFailed, match="mastodon"):
        build(places)


def test_a_style_sheet_finds_its_font_under_its_hashed_name(places):
    write(places.root, "css/app.css", '@font-face { font-family: D; src: url("../fonts/domine.woff2") }')

    build(places)

    font = built(places, "fonts/domine.woff2").relative_to(places.dist)
    assert f"url({font})" in built(places, "app.css").read_text()


def test_one_sheet_has_every_drawing_and_names_nothing_twice():
    assets.build(quiet=True)

    sheet = built(Places(), "images/drawings.svg").read_text()

    assert set(re.findall(r'<g class="drawing" id="([a-z-]+)">', sheet)) == set(NAMES)
    named = re.findall(r'\bid="([^"]+)"', sheet)
    assert len(named) == len(set(named))
    assert set(re.findall(r'href="#([^"]+)"', sheet)) <= set(named)


def test_the_mark_and_the_icons_of_phones_have_the_accent_of_the_configuration(places):
    build(places)
    before = built(places, "images/mark.svg"), built(places, "images/icon-192.png")

    (places.root / "app-config.yaml").write_text("design: {accent_hue: 250}")
    build(places)

    after = built(places, "images/mark.svg"), built(places, "images/icon-192.png")
    berry = palette(Design(accent_hue=250))["berry"]
    assert all(colour in after[0].read_text() for colour in berry)
    assert before[0] != after[0]
    assert before[1] != after[1]


@pytest.mark.parametrize("kind", ["illustrations", "scenes"])
def test_every_drawing_is_small_and_can_be_drawn_for_sharing(kind):
    assets.build(quiet=True)
    drawn = sorted(name for name in json.loads((Places().dist / "manifest.json").read_text()) if f"/{kind}/" in name)

    assert drawn
    for name in drawn:
        text = built(Places(), name).read_text()
        assert len(text) <= 6144, name
        assert set(re.findall(r"[a-zA-Z]", " ".join(re.findall(r' d="([^"]+)"', text)))) <= set("MLHVCSAZ"), name
        assert "prefers-color-scheme: dark" in text
        assert paint(text, 48).getbbox(), name


def test_compressed_siblings_hold_the_same_bytes(places):
    write(places.root, "js/app.js", "console.log('tick', 'tick', 'tick', 'tick', 'tick', 'tick', 'tick');" * 20)

    build(places)

    script = built(places, "app.js")
    assert brotli.decompress(script.with_name(script.name + ".br").read_bytes()) == script.read_bytes()


def test_the_editor_is_drawn_for_a_root_font_of_sixteen_pixels(places):
    build(places)

    sheet = built(places, "editor.css").read_text().strip()
    assert sheet == SHEET.replace("1.6rem", "1rem").replace("-.5rem", "-0.3125rem").replace("(22rem", "(13.75rem")


def test_a_slip_in_a_script_is_told_with_its_place(places):
    write(places.root, "js/app.js", "const = 3")

    with pytest.raises(BuildFailed, match=r"app\.js:1"):
        build(places)


def test_no_node_is_needed_on_the_path(places, monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")

    build(places)

    assert built(places, "app.css").exists()


def test_scripts_for_every_page_stay_small():
    assets.build(quiet=True)

    script = built(Places(), "app.js")
    assert script.with_name(script.name + ".br").stat().st_size <= 20_000
