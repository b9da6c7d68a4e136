"""Whose account it is: another address and the way back, signing out here and there, and what administrators do."""

from hypothesis import strategies as st

from tests.security.gatekeeper import UNDO
from tests.security.people import Change
from tests.security.visits import SECURITY
from tests.security.walker import AT, EMAILS, LATEST, WHO, Walker, latest, step

DEEDS = ("sessions/delete/", "second-factors/delete/", "grants/", "grants/delete/")


class InAccounts(Walker):
    @step(2, at=AT, email=EMAILS)
    def wish_for_another_address(self, at: int, email: str) -> None:
        browser = self.visitor(at)
        if self.passes(browser, "/account/email/", email=email):
            path = self.do(self.doors.change_path())
            self.keeper.wish(Change(self.me(browser), email, path, self.keeper.now))

    @step(2, at=AT, number=LATEST)
    def confirm_another_address(self, at: int, number: int) -> None:
        if not self.keeper.wishes:
            return
        browser, wish = self.visitor(at), latest(self.keeper.wishes, number)
        if not self.passes(browser, wish.path, fresh=False):
            return
        me = self.me(browser)
        if not self.keeper.is_wished(wish) or wish.of is not me:
            assert self.answer.status_code == 404
            return
        taken = self.keeper.find(wish.email) not in {None, me}
        assert self.answer.status_code == (409 if taken else 303)
        if not taken:
            undo = Change(me, me.email, self.do(self.doors.undo_path()), self.keeper.now)
            self.keeper.change_address(wish, undo, here=browser)
            self.everybody_moved()

    @step(at=AT, number=LATEST)
    def go_back_to_the_address_before(self, at: int, number: int) -> None:
        if not self.keeper.undos:
            return
        browser, undo = self.browser(at), latest(self.keeper.undos, number)
        answer = self.post(browser, undo.path)
        if undo.over or self.keeper.now - undo.asked >= UNDO:
            assert answer.status_code == 404
            return
        good = self.keeper.gives_way(self.keeper.find(undo.email), undo)
        assert answer.status_code == (303 if good else 409)
        if good:
            self.keeper.go_back(undo)
            self.everybody_moved()

    @step(2, at=AT, other=AT, first=st.sampled_from(["nothing", "a passkey", "the old address"]))
    def lose_an_address_and_take_it_back(self, at: int, other: int, first: str) -> None:
        """Somebody at one browser changes it and settles in; its owner comes to another, or signs in there first."""
        before = len(self.keeper.undos)
        self.wish_for_another_address(at, "dora@example.com")
        self.confirm_another_address(at, 0)
        if len(self.keeper.undos) == before:
            return
        if first == "a passkey":
            self.add_a_passkey(at, 0, None)
        elif first == "the old address":
            self.come_in_by_mail(other, self.keeper.undos[-1].email)
        self.go_back_to_the_address_before(other, 0)

    @step(at=AT)
    def sign_out(self, at: int) -> None:
        browser = self.visitor(at)
        self.keeper.sign_out(browser)
        self.post(browser, "/sign-out/")

    @step(at=AT)
    def sign_out_everywhere_else(self, at: int) -> None:
        browser = self.visitor(at)
        if self.passes(browser, f"{SECURITY}sessions/delete/", fresh=False):
            self.keeper.sign_out_all(self.me(browser), but=browser)
            self.everybody_moved()

    @step(at=AT, other=AT)
    def sign_out_there(self, at: int, other: int) -> None:
        browser, there = self.visitor(at), self.browser(other)
        name = self.do(self.doors.public_id(there))
        if self.passes(browser, f"{SECURITY}sessions/{name}/delete/", fresh=False):
            mine = there.visit is not None and there.visit.of is self.me(browser)
            assert self.answer.status_code == (303 if mine else 404)
            if mine:
                self.keeper.sign_out(there)

    @step(4, at=st.none() | AT, whose=WHO, deed=st.sampled_from(DEEDS))
    def look_after_members(self, at: int | None, whose: int, deed: str) -> None:
        browser, member = self.staff(at), self.keeper.people[whose]
        number = self.do(self.doors.user(member)).id
        fields = {"role": "editor"} if deed.startswith("grants/") else {}
        if not self.passes(browser, f"/admin/members/{number}/{deed}", needs="administrator", **fields):
            return
        assert self.answer.status_code == 303
        if deed == "grants/":
            self.keeper.give_role(member, "editor")
        elif deed == "grants/delete/":
            self.keeper.take_role(member, "editor")
        else:
            self.keeper.sign_out_all(member)
        if deed == "second-factors/delete/":
            member.lose_factors()
        self.everybody_moved()

    @step(2, at=AT)
    def a_role_comes_or_goes(self, at: int) -> None:
        """In another administrator's hands."""
        member = visit.of if (visit := self.visitor(at).visit) else self.keeper.people[at]
        held = "editor" not in member.roles
        if held:
            self.keeper.give_role(member, "editor")
        else:
            self.keeper.take_role(member, "editor")
        self.do(self.doors.set_role(member, "editor", held=held))
        self.everybody_moved()
