"""Asking for a mail tells nobody anything, and the mail helps only the browser that asked."""

import httpx
from sqlalchemy import event, func, select

from shared.db.session import get_session
from shared.models import MagicLink
from tests.house import House
from tests.security.visits import ask, digits_of, path_of, who

CHANGES_ALWAYS = {"set-cookie", "x-request-id", "date"}


def told(answer: httpx.Response) -> tuple[int, str, dict[str, str], int]:
    """All of an answer that can be compared; of the cookie, which is random, the length."""
    headers = {name: value for name, value in answer.headers.items() if name not in CHANGES_ALWAYS}
    return answer.status_code, answer.text, headers, len(answer.headers.get("set-cookie", ""))


async def links() -> int:
    async with get_session(read_only=True) as session:
        return await session.scalar(select(func.count()).select_from(MagicLink)) or 0


async def test_for_members_and_strangers_the_same_work_is_done(house: House) -> None:
    """Timing cannot tell them apart when the statements are the same: none of them looks at the members."""
    await house.member("anna@example.com")
    statements: dict[str, list[str]] = {}
    answers = []
    for email in ("anna@example.com", "cyra@example.com"):
        seen = statements[email] = []
        engines = [house.engine.sync_engine]

        def note(_c: object, _k: object, statement: str, *_: object, seen: list[str] = seen) -> None:
            seen.append(statement)

        event.listen(engines[0], "before_cursor_execute", note)
        answers.append(await house.client().post("/sign-in/", data={"email": email}, follow_redirects=False))
        event.remove(engines[0], "before_cursor_execute", note)

    known, unknown = statements.values()
    assert known == unknown
    assert any("magic_links" in statement for statement in known)
    assert not any("users" in statement for statement in known)
    assert told(answers[0]) == told(answers[1])


async def test_too_many_from_one_network_get_the_same_page_and_no_mail(house: House) -> None:
    answers = []
    for number in range(22):
        forged = {"X-Forwarded-For": f"203.0.113.{number}"}
        data = {"email": f"guest{number:02}@example.com"}
        answers.append(await house.client().post("/sign-in/", data=data, headers=forged, follow_redirects=False))

    assert len({told(answer)[:2] for answer in answers}) == 1
    assert await links() == 20


async def test_three_wrong_codes_end_the_mail(house: House) -> None:
    browser = house.client()
    link = await ask(house, browser, "ann@example.com")
    wrong = f"{(int(digits_of(house, link)) + 1) % 10**6:06}"

    for _ in range(3):
        await browser.post("/sign-in/code/", data={"code": wrong})
    right = await browser.post("/sign-in/code/", data={"code": digits_of(house, link)})
    followed = await browser.post(path_of(house, link))

    assert (right.status_code, followed.status_code) == (422, 409)
    assert await who(browser) is None


async def test_pages_with_a_secret_in_their_address_tell_it_to_nobody(house: House) -> None:
    browser = house.client()
    link = await ask(house, browser, "ann@example.com")

    page = await browser.get(path_of(house, link))

    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "private, no-store"
    assert "https://" not in page.text.replace("http://www.w3.org", "")
