"""What is shown beside the mail: a passkey, the digits of an app, a recovery code; and how each comes and goes."""

import pyotp
from hypothesis import strategies as st

from tests.fakes.passkey import SoftPasskey
from tests.security.doors import half_minute
from tests.security.people import Challenge, Person
from tests.security.visits import SECURITY, codes_on
from tests.security.walker import AT, LATEST, WHO, Walker, latest, step


class ByFactor(Walker):
    @step(4, at=AT, whose=WHO, old=LATEST, how=st.sampled_from(["right", "right", "other key", "copied"]))
    def show_a_passkey(self, at: int, whose: int, old: int, how: str) -> None:
        browser, person = self.browser(at), self.keeper.people[whose]
        before = browser.cookie
        if old == 0 or not self.keeper.challenges:
            options = self.post(browser, "/sign-in/passkey/options/").json()
            self.keeper.challenges.append(Challenge(options, None, self.keeper.now))
        challenge = latest(self.keeper.challenges, max(old - 1, 0))
        device, name = person.device, person.device.credential_id
        if how == "other key":
            device = SoftPasskey(credential_id=name, counter=person.counted, key=SoftPasskey().key)
        elif how == "copied":
            device = SoftPasskey(credential_id=name, counter=person.counted - 1, key=device.key)
        good = how == "right" and person.has_passkey and self.keeper.is_good(challenge, None)
        answer = self.post(browser, "/sign-in/passkey/", credential=device.get(challenge.options))
        assert answer.status_code == (200 if good else 422)
        if good:
            challenge.used, person.counted = True, device.counter
            self.keeper.sign_in(browser, person, before, second=True)

    @step(4, at=AT, how=st.sampled_from(["now", "now", "next", "wrong", "recovery", "recovery", "spent", "another's"]))
    def show_a_second_factor(self, at: int, how: str) -> None:
        browser = self.visitor(at)
        before = browser.cookie
        me, step = self.keeper.person(browser), half_minute()
        shown = self.typed(me, how, step)
        if not self.passes(browser, "/sign-in/second/", fresh=False, code=shown):
            return
        assert me
        step += how == "next"
        digits = how in {"now", "next"} and me.app is not None and step > me.last_step
        good = digits or (me.has_factor and shown in me.codes)
        assert self.answer.status_code == (303 if good else 422)
        if digits:
            me.last_step = step
        elif good:
            me.codes.remove(shown)
            me.spent.append(shown)
        if good:
            self.keeper.sign_in(browser, me, before, second=True)

    def typed(self, me: Person | None, how: str, step: int) -> str:
        others = [code for person in self.keeper.people if person is not me for code in person.codes]
        own = me or self.keeper.people[0]
        app = own.app or pyotp.TOTP(pyotp.random_base32())
        later = {"now": 0, "next": 1, "wrong": 4}
        codes = {"recovery": own.codes, "spent": own.spent, "another's": others}
        return app.generate_otp(step + later[how]) if how in later else (codes[how] or ["ABCD-EFGH-JKMN"])[-1]

    @step(2, at=AT, old=LATEST, other=st.none() | WHO)
    def add_a_passkey(self, at: int, old: int, other: int | None) -> None:
        """Their own, or (of no use to anybody) one with the name of another's."""
        browser = self.visitor(at)
        before = browser.cookie
        me = self.keeper.person(browser)
        if old == 0 or not self.keeper.challenges:
            if not self.passes(browser, f"{SECURITY}passkeys/options/"):
                return
            self.keeper.challenges.append(Challenge(self.answer.json(), me, self.keeper.now))
        challenge = latest(self.keeper.challenges, max(old - 1, 0))
        owner = self.keeper.people[other or 0]
        stolen = other is not None and owner.has_passkey
        device = SoftPasskey(credential_id=owner.device.credential_id) if stolen else (me or owner).device
        sent = device.create(challenge.options)
        if not self.passes(browser, f"{SECURITY}passkeys/", credential=sent, name="Telephone"):
            return
        good = me is not None and self.keeper.is_good(challenge, me) and not stolen and not me.has_passkey
        assert (self.answer.status_code == 303) == good
        if me and good:
            challenge.used = True
            self.keeper.add_passkey(me, device.counter)
            self.keeper.sign_in(browser, me, before, second=True)
            self.everybody_moved()

    @step(at=AT, whose=WHO)
    def remove_a_passkey(self, at: int, whose: int) -> None:
        browser, owner = self.visitor(at), self.keeper.people[whose]
        number = self.do(self.doors.passkey_id(owner))
        if self.passes(browser, f"{SECURITY}passkeys/{number}/delete/"):
            good = owner.has_passkey and owner is self.keeper.person(browser)
            assert self.answer.status_code == (303 if good else 404)
            owner.lose_factors(passkey=good, app=False)

    @step(at=AT)
    def add_an_app(self, at: int) -> None:
        browser = self.visitor(at)
        before = browser.cookie
        if not self.passes(browser, f"{SECURITY}authenticator/"):
            return
        me = self.me(browser)
        assert self.answer.status_code == (409 if me.app else 303)
        if me.app:
            return
        app, step = self.do(self.doors.pending_app(me)), half_minute()
        assert self.passes(browser, f"{SECURITY}authenticator/confirm/", code=app.generate_otp(step))
        self.keeper.add_app(me, app, step)
        self.keeper.sign_in(browser, me, before, second=True)
        self.everybody_moved()

    @step(at=AT)
    def remove_the_app(self, at: int) -> None:
        browser = self.visitor(at)
        if self.passes(browser, f"{SECURITY}authenticator/delete/"):
            self.me(browser).lose_factors(passkey=False)

    @step(2, at=AT)
    def make_recovery_codes(self, at: int) -> None:
        browser = self.visitor(at)
        if self.passes(browser, f"{SECURITY}recovery-codes/"):
            me = self.me(browser)
            assert self.answer.status_code == (200 if me.has_factor else 409)
            if not me.has_factor:
                return
            me.spent += me.codes
            me.codes = codes_on(self.answer)
            assert len(me.codes) == 10
