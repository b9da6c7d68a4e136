from quart import request

from shared.errors import NotFound


def page_number() -> int:
    """`?page=`, from 1 on. Raises NotFound for what is no number of a page."""
    typed = request.args.get("page", "1")
    if not (typed.isascii() and typed.isdigit() and 1 <= int(typed[:6]) <= 99_999):  # noqa: PLR2004
        raise NotFound
    return int(typed)
