"""A device with a passkey (Chromium's virtual one): added once, then one touch instead of a mail."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.site import RunningSite
from tests.journeys.visitor import Visitor

EMAIL = "passkey@example.org"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page(chrome: Browser) -> Iterator[Page]:
    context = chrome.new_context(locale="en-GB")
    page = context.new_page()
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    yield page
    context.close()


def test_a_passkey_is_added_once_and_then_signs_in_at_one_touch(site: RunningSite, page: Page) -> None:
    Visitor(site, page).signs_in(EMAIL)
    page.goto(site.url("blog", "/account/security/"))
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("The passkey is yours from now on.")).to_be_visible()

    page.goto(site.url("blog", "/account/"))
    page.get_by_role("main").get_by_role("button", name="Sign out", exact=True).click()
    page.goto(site.url("blog", "/sign-in/?next=/account/"))
    page.get_by_role("button", name="Use a passkey").click()

    page.wait_for_url("**/account/")
    expect(page.get_by_text(EMAIL).first).to_be_visible()
