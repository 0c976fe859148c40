"""Keep the forms that somebody has begun and not handed in: each its owner's, with a revision, until it is filed."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from api.db.errors import NotFoundError
from api.db.tables import DRAFTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from api.db.store import Store


class DraftMovedError(RuntimeError):
    """A draft is at another revision than the one a change was based on; ``current`` is as it is now."""

    def __init__(self, current: Draft) -> None:
        self.current = current
        super().__init__(f"draft {current.id} is at revision {current.revision}")


@dataclasses.dataclass(frozen=True, slots=True)
class Draft:
    """A form that was begun.

    Parameters
    ----------
    owner
        Whose it is: the id of an account, or a name for whoever sits at the machine.
    policy, form
        Ids of the county's policy and of its form.
    revision
        1, 2, 3 …
    filing, entries
        Plain values for JSON; private numbers are in ``entries`` in full.
    """

    id: str
    owner: str
    policy: str
    form: str
    revision: int
    filing: dict[str, Any]
    entries: dict[str, Any]
    created_at: datetime
    changed_at: datetime


FIELDS = [field.name for field in dataclasses.fields(Draft)]


def of_owner(store: Store, owner: str) -> list[Draft]:
    """Return the drafts of an owner, the one changed last first."""
    statement = (
        sa.select(DRAFTS).where(DRAFTS.c.owner == owner).order_by(DRAFTS.c.changed_at.desc(), DRAFTS.c.id)
    )  # fmt: skip
    with store.reading() as connection:
        return [_draft(line) for line in connection.execute(statement)]


def get(store: Store, owner: str, draft_id: str) -> Draft:
    """Return a draft of an owner; `NotFoundError` where there is none, or it is another's."""
    wanted = sa.and_(DRAFTS.c.id == draft_id, DRAFTS.c.owner == owner)
    with store.reading() as connection:
        found = connection.execute(sa.select(DRAFTS).where(wanted)).first()
    if found is None:
        raise NotFoundError("drafts", draft_id)
    return _draft(found)


def create(store: Store, draft: Draft) -> Draft:
    """Keep a new draft."""
    with store.transaction() as connection:
        connection.execute(sa.insert(DRAFTS), {name: getattr(draft, name) for name in FIELDS})
    return draft


def replace(
    store: Store, before: Draft, revision: int | None, *,
    filing: Mapping[str, Any], entries: Mapping[str, Any], now: datetime,
) -> Draft:  # fmt: skip
    """Put other contents into a draft and return it; a revision of None means whichever there is.

    Raises
    ------
    NotFoundError
        It is gone by now: filed or deleted.
    DraftMovedError
        Another window has changed it since ``revision``.
    """
    with store.transaction() as connection:
        current = _at(store, before, revision)
        change: dict[str, Any] = {
            "revision": current.revision + 1,
            "filing": dict(filing),
            "entries": dict(entries),
            "changed_at": now,
        }
        connection.execute(sa.update(DRAFTS).where(DRAFTS.c.id == current.id).values(change))
        return dataclasses.replace(current, **change)


def delete(store: Store, before: Draft, revision: int | None) -> None:
    """Take a draft out; errors as `replace`."""
    with store.transaction() as connection:
        current = _at(store, before, revision)
        connection.execute(sa.delete(DRAFTS).where(DRAFTS.c.id == current.id))


def _at(store: Store, before: Draft, revision: int | None) -> Draft:
    current = get(store, before.owner, before.id)
    if revision is not None and current.revision != revision:
        raise DraftMovedError(current)
    return current


def _draft(line: Any) -> Draft:  # noqa: ANN401 - a row of SQLAlchemy
    return Draft(*(getattr(line, name) for name in FIELDS))
