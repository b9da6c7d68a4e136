"""What a mail leads to is the site as it is configured, whatever the request that asked for it claims."""

import re
from pathlib import Path

import pytest

from shared.config import Settings
from tests.fakes.mail import MailFake
from tests.house import ORIGINS, House, settings_for
from tests.security.test_every_route import CLAIMS, EVIL

CLAIMED = dict.fromkeys(CLAIMS, EVIL) | {"Origin": ORIGINS["blog"], "Referer": f"https://{EVIL}/"}


@pytest.fixture
def settings(database_url: str, mail: MailFake, tmp_path: Path) -> Settings:
    return settings_for(database_url, home=tmp_path, smtp_url=mail.url)


def links(mail: MailFake, address: str) -> set[str]:
    """The sites that the mails to an address lead to."""
    letters = [part.get_content() for letter in mail.to(address) for part in letter.walk() if not part.is_multipart()]
    assert letters
    return {found for letter in letters for found in re.findall(r"https?://[^/\s\"'<>]+", str(letter))}


async def test_a_mail_leads_to_the_configured_site_whatever_the_request_claims(house: House, mail: MailFake) -> None:
    ann = await house.signed_in(await house.member("ann@example.com"))
    evil = await house.client().post("/sign-in/", data={"email": "di@example.com"}, headers={"Host": EVIL})
    await house.client().post("/sign-in/", data={"email": "cy@example.com"}, headers=CLAIMED)
    await ann.post("/account/email/", data={"email": "new@example.com"}, headers=CLAIMED)
    await house.deliver()

    assert evil.status_code == 421
    assert mail.to("di@example.com") == []
    for address in ("cy@example.com", "ann@example.com", "new@example.com"):
        assert links(mail, address) - {"http://www.w3.org"} == {ORIGINS["blog"]}
    assert [letter for letter in mail.messages if EVIL in letter.as_string()] == []
