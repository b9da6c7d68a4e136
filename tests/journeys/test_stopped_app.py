"""An app whose process is stopped: its port takes connections, and nobody reads them."""

import os
import signal

import httpx

from tests.journeys.site import RunningSite

OTHERS = [("blog", "/"), ("market", "/"), ("events", "/"), ("blog", "/posts/"), ("market", "/search/?q=stopped")]


def test_the_others_show_their_pages_and_the_basket_comes_back(site: RunningSite) -> None:
    cart = site.pid_of("cart")
    os.kill(cart, signal.SIGSTOP)
    try:
        answers = [httpx.get(site.url(app, path)) for app, path in OTHERS]
    finally:
        os.kill(cart, signal.SIGCONT)
    basket = httpx.get(site.url("cart"))

    assert [answer.status_code for answer in answers] == [200] * len(OTHERS)
    assert site.pid_of("cart") == cart
    assert "Your basket" in basket.text
