"""Keep the photos and signatures of joint visits in the store, each under the id that a device has given it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from api.db.errors import NotFoundError
from api.db.tables import VISIT_PICTURES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from api.db.store import Store

LAYER = "visit_pictures"


@dataclasses.dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture without its content.

    Parameters
    ----------
    visit, id
        Of which visit, and the id made on the device.
    sha256
        Of the bytes as they were sent.
    media, width, height, size
        Media type, pixels, bytes of the content as it is kept.
    taken_at, x, y, accuracy_m
        When and where it was taken (grid, metres); None: not known.
    who, at
        Who sent it, and when it came in.
    """

    visit: str
    id: str
    sha256: str
    media: str
    width: int
    height: int
    taken_at: datetime | None
    x: float | None
    y: float | None
    accuracy_m: float | None
    who: str
    at: datetime
    size: int


FIELDS = [field.name for field in dataclasses.fields(StoredPicture)]
_COLUMNS = [VISIT_PICTURES.c[name] for name in FIELDS]


def keep(store: Store, picture: StoredPicture, content: bytes) -> None:
    """Keep a picture; the id must be new in its visit."""
    with store.transaction() as connection:
        values: dict[str, Any] = {name: getattr(picture, name) for name in FIELDS}
        connection.execute(sa.insert(VISIT_PICTURES), {**values, "content": content})


def find(store: Store, visit: str, picture: str) -> StoredPicture | None:
    """Return a picture without its content; None where there is none."""
    with store.reading() as connection:
        found = connection.execute(sa.select(*_COLUMNS).where(_is(visit, picture))).first()
    return None if found is None else StoredPicture(*found)


def content(store: Store, visit: str, picture: str) -> bytes:
    """Return the bytes of a picture; `NotFoundError` where there is none."""
    with store.reading() as connection:
        found: bytes | None = connection.scalar(sa.select(VISIT_PICTURES.c.content).where(_is(visit, picture)))
    if found is None:
        raise NotFoundError(LAYER, picture)
    return bytes(found)


def listed(store: Store, visit: str) -> list[StoredPicture]:
    """Return the pictures of a visit without their contents, in the order in which they came in."""
    wanted = sa.select(*_COLUMNS).where(VISIT_PICTURES.c.visit == visit)
    with store.reading() as connection:
        rows: Sequence[Any] = connection.execute(wanted.order_by(VISIT_PICTURES.c.at, VISIT_PICTURES.c.id)).all()
    return [StoredPicture(*row) for row in rows]


def _is(visit: str, picture: str) -> sa.ColumnElement[bool]:
    return sa.and_(VISIT_PICTURES.c.visit == visit, VISIT_PICTURES.c.id == picture)
