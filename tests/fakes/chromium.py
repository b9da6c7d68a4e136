"""A real Chromium, and how it is started where nobody looks."""

from tests.fakes.debian import program

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str:
    return program("chromium", "chromium-browser", "google-chrome")
