"""The ways in by mail: a link, six digits, and what comes of them in the wrong browser."""

from hypothesis import strategies as st

from tests.security.people import Browser, Mail
from tests.security.visits import digits_of, path_of
from tests.security.walker import AT, EMAILS, LATEST, Walker, latest, step

OFTEN_THERE = st.none() | AT


class ByMail(Walker):
    @step(2, at=AT, email=EMAILS)
    def ask(self, at: int, email: str) -> None:
        browser = self.browser(at)
        link = self.do(self.doors.ask(browser, email))
        self.keeper.mails.append(Mail(link, browser, self.keeper.now))

    @step(at=AT, number=LATEST)
    def look_at_a_link(self, at: int, number: int) -> None:
        if not self.keeper.mails:
            return
        browser, mail = self.browser(at), latest(self.keeper.mails, number)
        path = path_of(self.doors.house, mail.link)
        page = self.do(self.doors.get(browser, path))
        is_open = self.keeper.is_open(mail)
        assert page.status_code == (200 if is_open else 409)
        assert (f'action="{path}"' in page.text) == (is_open and mail.asker is browser)
        assert self.do(self.doors.forge(browser, path)).status_code == 403

    @step(3, at=OFTEN_THERE, number=LATEST)
    def follow_a_link(self, at: int | None, number: int) -> None:
        if not self.keeper.mails:
            return
        browser, mail = self.by_mail(at, number)
        good, before = self.keeper.is_open(mail) and mail.asker is browser, browser.cookie
        answer = self.post(browser, path_of(self.doors.house, mail.link))
        assert answer.status_code == (303 if good else 409)
        if good:
            self.keeper.sign_in_by_mail(browser, mail, before)

    @step(3, at=OFTEN_THERE, number=LATEST)
    def type_a_code(self, at: int | None, number: int) -> None:
        if not self.keeper.mails:
            return
        browser, mail = self.by_mail(at, number)
        before = browser.cookie
        answer = self.post(browser, "/sign-in/code/", code=digits_of(self.doors.house, mail.link))
        good = mail in self.keeper.try_code(browser)
        assert answer.status_code == (303 if good else 422)
        if good:
            self.keeper.sign_in_by_mail(browser, mail, before)

    @step(2, at=OFTEN_THERE, times=st.sampled_from([1, 3]))
    def type_wrong_codes(self, at: int | None, times: int) -> None:
        if not self.keeper.mails:
            return
        browser, _ = self.by_mail(at, 0)
        codes = {digits_of(self.doors.house, mail.link) for mail in self.keeper.mails}
        wrong = next(code for number in range(10**6) if (code := f"{number:06}") not in codes)
        for _ in range(times):
            assert self.post(browser, "/sign-in/code/", code=wrong).status_code == 422
            self.keeper.try_code(browser)

    def by_mail(self, at: int | None, number: int) -> tuple[Browser, Mail]:
        """In the browser that asked for it (None) or in any. 0 and 1: one that is still good, if there is any."""
        good = [mail for mail in self.keeper.mails if self.keeper.is_open(mail)]
        mail = latest(good, number) if good and number < 2 else latest(self.keeper.mails, number % 2)
        return self.browser(self.keeper.browsers.index(mail.asker) if at is None else at), mail

    @step(3, at=AT, email=EMAILS)
    def come_in_by_mail(self, at: int, email: str) -> None:
        self.ask(at, email)
        self.follow_a_link(at, 0)
