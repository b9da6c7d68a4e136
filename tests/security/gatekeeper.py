"""What should be true of everybody at the door: who is signed in where, for how long, and what they may do.

A model: it asks neither the apps nor the database. Its clock stands still until somebody moves it.
"""

from collections.abc import Sequence
from itertools import count

import pyotp

from tests.security.people import Browser, Challenge, Change, Mail, Person, Visit

# All time passes in steps of this many seconds: no sum of them comes within a minute and a half before any limit below.
STEP = 201
MINUTE, HOUR, DAY = 60, 3600, 86400
CHALLENGE, LINK, FRESH, CHANGE, UNDO = 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, HOUR, 7 * DAY
NOTED = 5 * MINUTE
IDLE = {False: 14 * DAY, True: 12 * HOUR}
ABSOLUTE = {False: 90 * DAY, True: 7 * DAY}
TRIES = 3
SIGN_IN, SECOND, AGAIN, REFUSED, IN = "/sign-in/", "/sign-in/second/", "/sign-in/again/", "403", ""


class Gatekeeper:
    def __init__(self, browsers: Sequence[Browser], people: Sequence[Person]) -> None:
        self.now = 0
        self.order = count(1)
        self.browsers, self.people = list(browsers), list(people)
        self.mails: list[Mail] = []
        self.challenges: list[Challenge] = []
        self.wishes: list[Change] = []
        self.undos: list[Change] = []
        self.worthless: list[str] = []

    def visit(self, browser: Browser) -> Visit | None:
        """The one that is not over by the clock; staff are asked sooner."""
        visit = browser.visit
        if visit is None:
            return None
        staff = visit.of.is_staff
        is_open = self.now - visit.used < IDLE[staff] and self.now - visit.created < ABSOLUTE[staff]
        return visit if is_open else None

    def person(self, browser: Browser) -> Person | None:
        visit = self.visit(browser)
        return visit.of if visit else None

    def find(self, email: str) -> Person | None:
        return next((person for person in self.people if person.email == email), None)

    def is_fresh(self, visit: Visit) -> bool:
        return visit.proved is not None and self.now - visit.proved < FRESH

    def gate(self, browser: Browser, *, role: str = "", fresh: bool = True) -> str:
        """Where this browser is sent instead of where it wants to go; nothing when it may."""
        visit = self.visit(browser)
        if visit is None:
            return SIGN_IN
        if role and not visit.of.roles & {role, "administrator"}:
            return REFUSED
        if role and not visit.second:
            return SECOND
        return AGAIN if fresh and not self.is_fresh(visit) else IN

    def note_use(self, browser: Browser) -> None:
        visit = self.visit(browser)
        if visit and self.now - visit.used > NOTED:
            visit.used = self.now

    def keep_in_use(self, browsers: Sequence[Browser]) -> None:
        for browser in browsers:
            if browser.visit:
                browser.visit.used = self.now

    def sign_in(self, browser: Browser, person: Person, before: str, *, proved: bool = True, second: bool) -> None:
        """With a new cookie; the one from before is worthless."""
        if before:
            self.worthless.append(before)
        browser.visit = Visit(person, self.now, self.now, self.now if proved else None, second)

    def sign_in_by_mail(self, browser: Browser, mail: Mail, before: str) -> None:
        """Whoever reads the mail has proved who they are only if there is nothing more to show."""
        mail.used = True
        person = self.find(mail.link.email)
        if person is None:
            person = Person(mail.link.email, came=next(self.order))
            self.people.append(person)
        self.sign_in(browser, person, before, proved=not person.has_factor, second=False)

    def doubt(self, person: Person) -> None:
        """What was shown before a second factor came, or a role came or went, is not enough any more."""
        for browser in self.browsers:
            if browser.visit and browser.visit.of is person:
                browser.visit.proved, browser.visit.second = None, False

    def sign_out(self, browser: Browser) -> None:
        if browser.cookie:
            self.worthless.append(browser.cookie)
        browser.visit = None

    def sign_out_all(self, person: Person, *, but: Browser | None = None) -> None:
        for browser in self.browsers:
            if browser.visit and browser.visit.of is person and browser is not but:
                self.sign_out(browser)

    def is_open(self, mail: Mail) -> bool:
        return not mail.used and mail.tries < TRIES and self.now - mail.asked < LINK

    def try_code(self, browser: Browser) -> list[Mail]:
        """Counts against every mail that this browser waits for; the ones that still had a try."""
        tried = [mail for mail in self.mails if mail.asker is browser and self.is_open(mail)]
        for mail in tried:
            mail.tries += 1
        return tried

    def is_good(self, challenge: Challenge, whose: Person | None) -> bool:
        return not challenge.used and challenge.whose is whose and self.now - challenge.given < CHALLENGE

    def wish(self, wish: Change) -> None:
        """One at a time: the link of the wish before is worthless."""
        self._forget_wishes(wish.of)
        self.wishes.append(wish)

    def is_wished(self, wish: Change) -> bool:
        return not wish.over and self.now - wish.asked < CHANGE

    def change_address(self, wish: Change, undo: Change, *, here: Browser) -> None:
        wish.over, wish.of.email = True, wish.email
        undo.came = next(self.order)
        self.undos.append(undo)
        self.sign_out_all(wish.of, but=here)

    def add_passkey(self, person: Person, counted: int) -> None:
        person.has_passkey, person.counted, person.passkey_came = True, counted, next(self.order)
        self.doubt(person)

    def add_app(self, person: Person, app: pyotp.TOTP, step: int) -> None:
        person.app, person.last_step, person.app_came = app, step, next(self.order)
        self.doubt(person)

    def gives_way(self, person: Person | None, undo: Change) -> bool:
        """Whoever came to the address since, and holds nothing; nobody is in the way of its owner."""
        if person in {None, undo.of}:
            return True
        return person is not None and person.came > undo.came and not (person.roles or person.has_factor)

    def go_back(self, undo: Change) -> None:
        """And what was changed, wished for or set up after it is worth nothing, and who gave way is nobody."""
        newcomer = self.find(undo.email)
        if newcomer and newcomer is not undo.of:
            self.forget(newcomer)
        undo.of.email = undo.email
        undo.of.lose_factors(passkey=undo.of.passkey_came > undo.came, app=undo.of.app_came > undo.came)
        undo.of.lose_codes()
        for later in self.undos[self.undos.index(undo) :]:
            later.over = later.over or later.of is undo.of
        self._forget_wishes(undo.of)
        self.sign_out_all(undo.of)

    def forget(self, person: Person) -> None:
        self.people.remove(person)
        self.sign_out_all(person)
        self._forget_wishes(person)
        for undo in self.undos:
            undo.over = undo.over or undo.of is person

    def _forget_wishes(self, person: Person) -> None:
        for wish in self.wishes:
            wish.over = wish.over or wish.of is person

    def give_role(self, person: Person, role: str) -> None:
        if role not in person.roles:
            self.doubt(person)
        person.roles.add(role)

    def take_role(self, person: Person, role: str) -> None:
        """What is over for staff stays over when its owner is no staff any more."""
        if role in person.roles:
            self.doubt(person)
        over = [browser for browser in self.browsers if browser.visit and self.visit(browser) is None]
        for browser in over:
            if browser.visit and browser.visit.of is person:
                self.sign_out(browser)
        person.roles.discard(role)

    def pass_time(self, steps: int) -> int:
        """How many seconds."""
        self.now += steps * STEP
        for person in self.people:
            person.last_step -= steps * STEP // 30
        return steps * STEP
