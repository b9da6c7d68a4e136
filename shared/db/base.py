from datetime import datetime
from typing import Annotated

from sqlalchemy import BigInteger, DateTime, Identity, MetaData, String, func
from sqlalchemy.orm import DeclarativeBase, mapped_column

from shared.utils import random_token


class Base(DeclarativeBase):
    """Every table of every app. Times are aware UTC; constraint names are predictable, for migrations."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: DateTime(timezone=True)}  # noqa: RUF012


pk = Annotated[int, mapped_column(BigInteger, Identity(always=False), primary_key=True)]
"""A bigint identity. It never leaves the house alone: see `token`."""

ref = Annotated[int, mapped_column(BigInteger)]
"""Another row's id; add a ForeignKey only inside the same owner or to shared/models."""

created = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]

changed = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now(), onupdate=func.now())]

token = Annotated[str, mapped_column(String(43), unique=True, default=random_token)]
"""A random identifier for orders, tickets and links: 128 bits, url-safe."""
