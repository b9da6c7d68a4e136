"""What a reader may not see is cut from the tree, before HTML, feeds, excerpts or the search index see it."""

from enum import StrEnum
from typing import Any, Literal

from shared.editor.tree import Node, children, dump, load

Surface = Literal["web", "email"]
# Cards that exist in mails only.
MAIL_CARDS = {"email", "email-cta"}


class Reader(StrEnum):
    VISITOR = "visitor"
    FREE = "free"
    PAID = "paid"


# As Ghost writes them; a visitor is in no segment.
SEGMENTS = {Reader.FREE: "status:free", Reader.PAID: "status:-free"}


def cut_members_only(
    lexical: str,
    *,
    reader: Reader = Reader.VISITOR,
    has_access: bool = False,
    surface: Surface = "web",
) -> str:
    """The text as this reader may see it, without the marks of gating.

    `has_access` says whether the post as a whole is open to them: without it the text ends at the paywall
    card. Blocks meant for some readers only are judged by `reader`. Raises `TextUnreadable`.
    """
    tree = load(lexical)
    blocks = children(tree) if has_access else _before_paywall(children(tree))
    kept = [_without_marks(block) for block in blocks if _open(block, reader, surface)]
    return dump({**tree, "children": kept})


def has_paywall(lexical: str) -> bool:
    return any(block["type"] == "paywall" for block in children(load(lexical)))


def _before_paywall(blocks: list[Node]) -> list[Node]:
    wall = next((place for place, block in enumerate(blocks) if block["type"] == "paywall"), len(blocks))
    return blocks[:wall]


def _without_marks(block: Node) -> Node:
    return {key: value for key, value in block.items() if key != "visibility"}


def _open(block: Node, reader: Reader, surface: Surface) -> bool:
    """Settings that cannot be understood close the block."""
    if block["type"] == "paywall" or (surface == "web" and block["type"] in MAIL_CARDS):
        return False
    if block["type"] == "email-cta" and block.get("segment"):
        return _in_segment(block["segment"], reader)
    return _open_by_settings(block.get("visibility"), reader, surface)


def _open_by_settings(settings: Any, reader: Reader, surface: Surface) -> bool:
    if not settings:
        return True
    if not isinstance(settings, dict):
        return False
    setting = settings.get(surface)
    if not isinstance(setting, dict):
        return _open_by_old_settings(settings, reader, surface)
    if surface == "web" and reader is Reader.VISITOR:
        return setting.get("nonMember") is True
    return _in_segment(setting.get("memberSegment"), reader)


def _open_by_old_settings(settings: dict[str, Any], reader: Reader, surface: Surface) -> bool:
    """Before Ghost 5.107: on or off for the web, a segment for mails alone."""
    if surface == "web":
        return settings.get("showOnWeb", True) is True and not settings.get("emailOnly")
    if settings.get("showOnEmail", True) is not True:
        return False
    return not settings.get("segment") or _in_segment(settings["segment"], reader)


def _in_segment(segment: Any, reader: Reader) -> bool:
    return SEGMENTS.get(reader) in str(segment or "").split(",")
