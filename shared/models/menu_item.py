from sqlalchemy import ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from shared.containers import AboutContent
from shared.db.base import Base, pk


class MenuItem(AboutContent, Base):
    """An entry of the site's menu: a piece of content by id, or any address. One level of children."""

    __tablename__ = "menu_items"

    id: Mapped[pk]
    label: Mapped[str] = mapped_column(String(60))
    url: Mapped[str] = mapped_column(String(500))
    position: Mapped[int] = mapped_column(SmallInteger, default=0)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("menu_items.id", ondelete="CASCADE"))
