"""What `rose user` does."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.models import Right, Role, User

LONGEST_NAME = 120


async def create(email: str, name: str, *, admin: bool) -> None:
    from blog.services import grants, members
    from rose.database import site_database
    from rose.supervisor.errors import CannotRun
    from shared.db.session import transaction

    address = _address(email)
    if len(name) > LONGEST_NAME:
        raise CannotRun(f"This name is too long: {LONGEST_NAME} characters at most.")
    async with site_database(), transaction() as session:
        member = await members.welcome(session, address)
        member.name = name or member.name
        if admin:
            await grants.give(session, member, Right(Role.ADMINISTRATOR))


async def grant(email: str, role: Role, page: str | None) -> None:
    await _change(email, role, page, giving=True)


async def revoke(email: str, role: Role, page: str | None) -> None:
    await _change(email, role, page, giving=False)


async def reset(email: str) -> None:
    from blog.services import members, second_factors
    from rose.database import site_database
    from shared.db.session import transaction

    address = _address(email)
    async with site_database(), transaction() as session:
        member = await members.get_by_email(session, address)
        await second_factors.remove_all(session, member)
        await members.sign_out_everywhere(session, member)


async def list_staff() -> list[str]:
    from blog.services import grants, posts
    from rose.database import site_database
    from shared.db.session import get_session

    async with site_database(), get_session(read_only=True) as session:
        pages = {("page", page.id): page.slug for page in await posts.list_pages_named(session)}
        return [_line(member, pages) for member in await grants.list_staff(session)]


def _line(member: User, pages: dict[tuple[str, int], str]) -> str:
    rights = [
        f"{right.role} of {pages.get(right.container, right.container)}" if right.container else right.role
        for right in member.rights
    ]
    return f"{member.email}: {', '.join(rights)}"


async def _change(email: str, role: Role, page: str | None, *, giving: bool) -> None:
    from blog.services import grants, members
    from rose.database import site_database
    from shared.db.session import transaction

    address = _address(email)
    async with site_database(), transaction() as session:
        member = await members.get_by_email(session, address)
        right = Right(role, await _container(session, page))
        await (grants.give if giving else grants.take)(session, member, right)


async def _container(session: AsyncSession, slug: str | None) -> tuple[str, int] | None:
    from blog.services import posts
    from rose.supervisor.errors import CannotRun
    from shared.containers import ContainerType

    if slug is None:
        return None
    found = [page.id for page in await posts.list_pages_named(session) if page.slug == slug]
    if not found:
        raise CannotRun(f"There is no page with the address {slug}.")
    return ContainerType.PAGE.value, found[0]


def _address(email: str) -> str:
    from pydantic import TypeAdapter, ValidationError

    from rose.supervisor.errors import CannotRun
    from shared.browser.app.utils.parsing import Email

    try:
        return TypeAdapter(Email).validate_python(email)
    except ValidationError:
        raise CannotRun(f"{email} is not an e-mail address.") from None
