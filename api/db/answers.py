"""Remember what a request was answered with, so that the same request, sent again, writes once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from api.db.errors import KeyReusedError
from api.db.records import Answer
from api.db.tables import ANSWERS

if TYPE_CHECKING:
    from datetime import datetime


def find(connection: sa.Connection, key: str, request: str) -> Answer | None:
    """Return the answer kept under a key; None where there is none; `KeyReusedError` where the request differs."""
    found = connection.execute(sa.select(ANSWERS).where(ANSWERS.c.key == key)).first()
    if found is None:
        return None
    if found.request != request:
        raise KeyReusedError(key)
    return Answer(found.status, bytes(found.body), found.headers)


def keep(connection: sa.Connection, key: str, request: str, answer: Answer, now: datetime) -> None:
    """Keep an answer."""
    kept = {"status": answer.status, "body": answer.body, "headers": dict(answer.headers), "at": now}
    connection.execute(sa.insert(ANSWERS), {"key": key, "request": request, **kept})


def forget(connection: sa.Connection, before: datetime) -> int:
    """Drop the answers given before a moment; return how many."""
    return connection.execute(sa.delete(ANSWERS).where(ANSWERS.c.at < before)).rowcount
