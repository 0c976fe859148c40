"""Keep the minutes of joint visits as they were issued: what is signed is not printed anew from what is known later."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from api.db.errors import NotFoundError
from api.db.history import author
from api.db.tables import VISIT_MINUTES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from api.db.store import Store

LAYER = "visit_minutes"


@dataclasses.dataclass(frozen=True, slots=True)
class StoredMinutes:
    """An issue of the minutes, without its files.

    Parameters
    ----------
    id
        Of the issue, the same in every language.
    visit, issue
        Of which visit, and which issue of its minutes: 1, 2 …
    upto
        Number of the last event of the visit in them.
    told
        What was said beside the files: number, tasks, what was entered in the cases; plain values.
    pdf_sha256, docx_sha256
        Of the files.
    """

    id: str
    language: str
    visit: str
    issue: int
    upto: int
    told: dict[str, Any]
    who: str
    at: datetime
    pdf_sha256: str
    docx_sha256: str


FIELDS = [field.name for field in dataclasses.fields(StoredMinutes)]
FILES = ("pdf", "docx")


def keep(store: Store, minutes: StoredMinutes, files: Mapping[str, bytes]) -> None:
    """Keep an issue in one language; the digests are those of its files, whatever ``minutes`` says."""
    values = {name: getattr(minutes, name) for name in FIELDS} | {"who": author(minutes.who)}
    for kind in FILES:
        values |= {kind: files[kind], f"{kind}_sha256": hashlib.sha256(files[kind]).hexdigest()}
    with store.transaction() as connection:
        connection.execute(sa.insert(VISIT_MINUTES), values)


def of_visit(store: Store, visit: str, language: str) -> list[StoredMinutes]:
    """Return the issues of a visit's minutes in a language, the first one first."""
    columns = [VISIT_MINUTES.c[name] for name in FIELDS]
    wanted = sa.and_(VISIT_MINUTES.c.visit == visit, VISIT_MINUTES.c.language == language)
    with store.reading() as connection:
        lines = connection.execute(sa.select(*columns).where(wanted).order_by(VISIT_MINUTES.c.issue)).all()
    return [StoredMinutes(*line) for line in lines]


def file(store: Store, minutes: StoredMinutes, kind: str) -> bytes:
    """Return a file (of `FILES`) of an issue; `NotFoundError` where there is none."""
    is_it = sa.and_(VISIT_MINUTES.c.id == minutes.id, VISIT_MINUTES.c.language == minutes.language)
    with store.reading() as connection:
        found: bytes | None = connection.scalar(sa.select(VISIT_MINUTES.c[kind]).where(is_it))
    if found is None:
        raise NotFoundError(LAYER, minutes.id)
    return bytes(found)
