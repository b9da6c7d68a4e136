"""A session ends when it should, and its cookie is worth something only while it lives."""

import pytest
from sqlalchemy import event, func, select, text, update

from blog.services import grants
from shared.config import Settings
from shared.db.session import get_session, transaction
from shared.infrastructure.user_loader import cookie_name
from shared.models import Right, Role, User, UserSession
from tests.house import House, settings_for
from tests.security.visits import SECURITY, ask, by_mail, path_of, who

NOBODY = "postgresql+asyncpg://nobody@127.0.0.1:1/none"


async def age(column: str, by: str) -> None:
    async with transaction() as session:
        await session.execute(text(f"UPDATE user_sessions SET {column} = {column} - interval '{by}'"))


async def count() -> int:
    async with get_session(read_only=True) as session:
        return await session.scalar(select(func.count()).select_from(UserSession)) or 0


@pytest.mark.parametrize(
    ("admin", "column", "still", "over"),
    [
        (False, "used_at", "13 days 23 hours", "14 days 1 minute"),
        (False, "created_at", "89 days 23 hours", "90 days 1 minute"),
        (True, "used_at", "11 hours 59 minutes", "12 hours 1 minute"),
        (True, "created_at", "6 days 23 hours", "7 days 1 minute"),
    ],
    ids=["member unused", "member old", "staff unused", "staff old"],
)
async def test_a_session_ends_by_the_clock(house: House, admin: bool, column: str, still: str, over: str) -> None:
    user = await house.member(admin=admin)
    early, late = await house.signed_in(user), await house.signed_in(user)

    await age(column, still)
    before = await who(early)
    async with transaction() as session:
        await session.execute(update(UserSession).values(used_at=func.now(), created_at=func.now()))
    await age(column, over)

    assert before == user.email
    assert await who(late) is None


async def test_a_role_shortens_the_sessions_that_are_there(house: House) -> None:
    ann = await house.member()
    browser = await house.signed_in(ann)
    await age("used_at", "13 hours")
    before = await who(browser)
    await age("used_at", "13 hours")

    async with transaction() as session:
        await session.execute(text(f"INSERT INTO grants (user_id, role) VALUES ({ann.id}, 'editor')"))

    assert before == ann.email
    assert await who(browser) is None


async def test_what_was_over_for_staff_stays_over_without_the_role(house: House) -> None:
    editor = Right(Role.EDITOR)
    ann = await house.member(rights=[editor])
    over = await house.signed_in(ann)
    await age("used_at", "13 hours")
    late = await house.signed_in(ann)

    async with transaction() as session:
        await grants.take(session, await session.get_one(User, ann.id), editor)

    assert [await who(browser) for browser in (over, late)] == [None, ann.email]


@pytest.mark.parametrize("cookie", ["", "x", "a" * 43, "a" * 4000])
async def test_a_cookie_that_we_never_gave_is_not_taken_over(house: House, cookie: str) -> None:
    browser = house.client()
    link = await ask(house, browser, "ann@example.com")
    browser.cookies.set("sid", cookie, domain="localhost.local")

    answer = await browser.post(path_of(house, link), follow_redirects=False)

    given = answer.cookies["sid"]
    assert len(given) == 43
    assert given != cookie


async def test_reading_writes_when_it_was_used_at_most_every_few_minutes(house: House) -> None:
    browser = await house.signed_in(await house.member())
    async with get_session(read_only=True) as session:
        first = await session.scalar(select(UserSession.used_at))
    await browser.get("/account/")
    async with get_session(read_only=True) as session:
        second = await session.scalar(select(UserSession.used_at))
    await age("used_at", "10 minutes")
    await browser.get("/account/")
    async with get_session(read_only=True) as session:
        recent = await session.scalar(select(UserSession.used_at > func.now() - text("interval '1 minute'")))

    assert first == second
    assert recent


async def test_ann_sees_where_she_is_signed_in_and_ends_one(house: House) -> None:
    ann = await house.member()
    here, there = await by_mail(house, ann), await by_mail(house, ann)
    async with get_session(read_only=True) as session:
        names = list(await session.scalars(select(UserSession.public_id).order_by(UserSession.id)))

    page = await here.get(SECURITY)
    await here.post(f"{SECURITY}sessions/{names[1]}/delete/")

    assert page.text.count("Sign out there") == 1
    assert (await who(here), await who(there)) == (ann.email, None)


async def test_nobody_ends_the_session_of_another(house: House) -> None:
    ann, bob = await house.member(), await house.member("bob@example.com", name="Bob")
    hers, his = await by_mail(house, ann), await by_mail(house, bob)
    async with get_session(read_only=True) as session:
        name = await session.scalar(select(UserSession.public_id).where(UserSession.user_id == ann.id))

    answer = await his.post(f"{SECURITY}sessions/{name}/delete/")

    assert answer.status_code == 404
    assert await who(hers) == ann.email


async def test_signing_out_everywhere_leaves_only_this_browser(house: House) -> None:
    ann = await house.member()
    here, *others = [await by_mail(house, ann) for _ in range(3)]

    await here.post(f"{SECURITY}sessions/delete/")

    assert await who(here) == ann.email
    assert [await who(other) for other in others] == [None, None]


async def test_the_database_gives_no_session_away(house: House) -> None:
    browser = await by_mail(house, await house.member())

    async with get_session(read_only=True) as session:
        rows = list(await session.scalars(text("SELECT user_sessions::text FROM user_sessions")))

    cookie = browser.cookies["sid"]
    assert len(rows) == 1
    assert cookie not in rows[0]
    assert cookie.encode().hex() not in rows[0]


async def test_one_cookie_signs_in_to_all_four_apps(house: House) -> None:
    editor = await house.member(admin=True)
    browser = await house.signed_in(editor)

    answers = [await browser.get(house.url(name, "/admin/"), follow_redirects=False) for name in house.apps]

    assert all("/sign-in/" not in answer.headers.get("location", "") for answer in answers)


ONE_HOST = dict.fromkeys(("blog", "market", "cart", "events"), "https://roseash.example")
SIBLINGS = {name: f"https://{name}.roseash.example" for name in ONE_HOST}
PORTS = {name: f"http://localhost:{8000 + place}" for place, name in enumerate(ONE_HOST)}


@pytest.mark.parametrize(
    ("apps", "domain", "name", "words"),
    [
        (PORTS, None, "sid", {"HttpOnly", "Path=/", "SameSite=Lax"}),
        (ONE_HOST, None, "__Host-sid", {"HttpOnly", "Path=/", "SameSite=Lax", "Secure"}),
        (
            SIBLINGS,
            "roseash.example",
            "__Secure-sid",
            {"Domain=roseash.example", "HttpOnly", "Path=/", "SameSite=Lax", "Secure"},
        ),
    ],
    ids=["ports", "one host", "siblings"],
)
async def test_the_cookie_is_as_strict_as_the_addresses_allow(
    tmp_path, apps: dict[str, str], domain: str, name: str, words: set[str]
) -> None:
    settings = settings_for(NOBODY, home=tmp_path, apps=apps, cookie_domain=domain)
    given = await cookie_given(settings)

    value, *rest = given.split("; ")
    assert value.startswith(f"{name}=")
    assert {word for word in rest if not word.startswith(("Max-Age", "Expires"))} == words
    assert cookie_name(settings) == name
    assert len(given) < 4096


async def cookie_given(settings: Settings) -> str:
    """What a site with these addresses sends to whoever signs in."""
    from quart import Quart, Response, g

    from shared.infrastructure import user_loader

    app = Quart("any")
    user_loader.use_user_loader(app, settings)

    @app.get("/")
    async def show() -> Response:
        g.new_token = "t" * 43
        return Response("")

    response = await app.test_client().get("/")
    return response.headers["set-cookie"]


@pytest.mark.parametrize("domain", [None, "other.example", "market.roseash.example"])
def test_siblings_without_a_domain_above_them_are_refused_at_the_start(tmp_path, domain: str | None) -> None:
    with pytest.raises(ValueError, match="cookie_domain"):
        settings_for(NOBODY, home=tmp_path, apps=SIBLINGS, cookie_domain=domain)


async def test_a_key_that_was_changed_still_opens_what_the_old_one_sealed(house: House) -> None:
    from blog.services import authenticators

    cleo = User(email="cleo@example.com")
    async with transaction() as session:
        session.add(cleo)
        await session.flush()
        await authenticators.begin(session, cleo, keys=["o" * 32])
    async with get_session(read_only=True) as session:
        after = await authenticators.pending_secret(session, cleo, keys=["n" * 32, "o" * 32])

    assert after is not None


async def test_where_no_session_may_act_none_is_looked_up(house: House) -> None:
    browser, seen = await house.signed_in(await house.member()), []

    @event.listens_for(house.engine.sync_engine, "before_cursor_execute")
    def _note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    answer = await browser.post(house.url("cart", "/webhooks/sumup/"), content=b"{}")

    assert answer.status_code == 204
    assert [statement for statement in seen if "user_sessions" in statement] == []
