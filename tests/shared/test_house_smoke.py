from tests.house import House


async def test_every_app_answers(house: House) -> None:
    browser = house.client()

    answers = [await browser.get(house.url(name, "/healthz")) for name in house.apps]

    assert [answer.status_code for answer in answers] == [200] * 4
