"""What holds for every cookie that anything here ever gives: looked at in each answer that a test gets."""

from collections.abc import Iterator
from http.cookies import Morsel, SimpleCookie

import httpx

MOST = 4096
# The page's own script reads it: whether somebody is signed in, and how much is in the basket.
READABLE = {"hint", "__Host-hint", "__Secure-hint"}


async def check_cookies(response: httpx.Response) -> None:
    """A hook of the tests' browsers."""
    for header in response.headers.get_list("set-cookie"):
        wrong = faults(header, secure=response.url.scheme == "https")
        assert not wrong, f"{response.request.method} {response.url} gives a cookie with {', '.join(wrong)}: {header}"


def faults(header: str, *, secure: bool) -> list[str]:
    found: SimpleCookie = SimpleCookie(header)
    cookies = [fault for cookie in found.values() for fault in _faults(cookie, secure=secure)]
    return [
        *cookies,
        *(["nothing that can be read"] if not found else []),
        *(["too much"] if len(header) > MOST else []),
    ]


def _faults(cookie: "Morsel[str]", *, secure: bool) -> Iterator[str]:
    wrong = {
        "no HttpOnly": not cookie["httponly"] and cookie.key not in READABLE,
        "no SameSite": cookie["samesite"] not in {"Lax", "Strict"},
        "a part of the site": cookie["path"] != "/",
        "no prefix": secure and not cookie.key.startswith(("__Host-", "__Secure-")),
        "no Secure": not cookie["secure"] and (secure or cookie.key.startswith("__")),
        "a domain": bool(cookie["domain"]) and not cookie.key.startswith("__Secure-"),
    }
    yield from (name for name, is_so in wrong.items() if is_so)
