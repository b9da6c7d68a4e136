"""A visitor in a real browser: what they do, in their words."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pyotp
from playwright.sync_api import Page, expect

from tests.journeys.site import RunningSite

PRODUCT = "Cloudy apple juice"
CONCERT = "Late Strings"


@dataclass
class Visitor:
    site: RunningSite
    page: Page

    def reads_a_post(self) -> None:
        self.page.goto(self.site.url("blog"))
        self.page.get_by_role("region", name="From the journal").locator(".card-link").first.click()
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()

    def puts_juice_into_the_basket(self, bottles: int = 1) -> None:
        self.page.goto(self.site.url("market"))
        self.page.get_by_label("What are you looking for?").fill("apple juice")
        self.page.get_by_role("button", name="Search").click()
        self.page.get_by_role("link", name=PRODUCT).first.click()
        self.page.get_by_label("Quantity").fill(str(bottles))
        self.page.get_by_role("button", name="Add to basket").click()
        expect(self.page.get_by_text(f"Added {bottles} × {PRODUCT}.")).to_be_visible()

    def puts_places_into_the_basket(self, places: int = 2, *, concert: str = CONCERT) -> None:
        self.opens_the_concert(concert)
        self.page.get_by_label("Places, ").first.fill(str(places))
        self.page.get_by_role("button", name="Add to basket").click()
        expect(self.page.get_by_text(re.compile("in your basket, kept for you"))).to_be_visible()

    def opens_the_concert(self, concert: str = CONCERT) -> None:
        self.page.goto(self.site.url("events"))
        self.page.get_by_role("link", name=concert).first.click()

    def orders(
        self, *, email: str, name: str = "Ann Archer", before_ordering: Callable[[], None] = lambda: None
    ) -> None:
        self.page.goto(self.site.url("cart"))
        self.page.get_by_role("link", name="Check out").click()
        self.page.get_by_label("Your name").fill(name)
        self.page.get_by_label("Email address").fill(email)
        before_ordering()
        self.page.get_by_role("button", name=re.compile("Order, then pay")).click()
        expect(self.page.get_by_role("heading", name="Pay with a test card")).to_be_visible()

    def orders_for_nothing(self, *, email: str, name: str = "Cy Cole") -> None:
        """What is free needs no card."""
        self.page.goto(self.site.url("cart"))
        self.page.get_by_role("link", name="Check out").click()
        self.page.get_by_label("Your name").fill(name)
        self.page.get_by_label("Email address").fill(email)
        self.page.get_by_role("button", name="Order", exact=True).click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(re.compile("Thank you, "))

    def pays(self, card: str = "4200 0000 0000 0091") -> None:
        self.page.get_by_role("button", name=card).click()

    def pays_and_never_comes_back(self) -> None:
        self.page.route(re.compile("/return/"), lambda route: route.abort())
        with self.page.expect_request(re.compile("/return/")):
            self.pays()
        self.page.unroute_all()

    def signs_in(self, email: str) -> None:
        """Two screens and one mail."""
        before = {mail["id"] for mail in self.site.mails_to(email, containing="sign in", seconds=0)}
        self.page.goto(self.site.url("blog", "/sign-in/"))
        self.page.get_by_label("Your email address").fill(email)
        self.page.get_by_role("button", name="Send me a link").click()
        (mail,) = self.site.mails_to(email, containing="sign in", beside=before)
        (link,) = set(re.findall(r"http://localhost:\d+/sign-in/[\w-]+/", str(mail["text"])))
        self.page.goto(link)
        self.page.get_by_role("main").get_by_role("button", name="Sign in").click()

    def sees_paid(self) -> None:
        expect(self.page.get_by_text("Paid", exact=True).first).to_be_visible(timeout=15_000)

    def signs_in_as_staff(self, email: str = "admin@roseash.example") -> None:
        """The first time: the mailed link, and an authenticator app set up on the spot. Later as the same visit."""
        if self.site.staff_cookies:
            self.page.context.add_cookies(self.site.staff_cookies)
            return
        self.signs_in(email)
        self.page.goto(self.site.url("blog", "/account/security/"))
        self.page.get_by_role("button", name="Set up an app").click()
        secret = self.page.locator(".secret").inner_text().replace(" ", "")
        self.page.get_by_label("Six-digit code from the app").fill(pyotp.TOTP(secret).now())
        self.page.get_by_role("button", name="Confirm").click()
        expect(self.page.get_by_text("Your app’s six-digit codes are in use.")).to_be_visible()
        self.site.staff_cookies = list(self.page.context.cookies())
