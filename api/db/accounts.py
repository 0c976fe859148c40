"""Keep organisations, accounts, sessions, tokens and wrong tries; the rules about them are in `api.identity`."""

from __future__ import annotations

import dataclasses
import unicodedata
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from api.db.account_tables import ACCOUNTS, ORGANISATIONS, SESSIONS, TOKENS, WRONG_TRIES
from api.db.reading import storable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from api.db.store import Store


@dataclasses.dataclass(frozen=True, slots=True)
class Organisation:
    """A department, utility company or applicant; ``utility`` and ``department`` are empty where it is none."""

    id: str
    kind: str
    name: str
    utility: str
    department: str
    created_at: datetime


@dataclasses.dataclass(frozen=True, slots=True)
class Account:
    """Who may sign in.

    Parameters
    ----------
    name, shown
        The login name, and what people see.
    organisation
        Id of the organisation; empty: none.
    password
        The argon2id hash with its parameters; it is left out of the text of the account.
    disabled_at
        Since when it can no longer be used; None: it can.
    """

    id: str
    name: str
    shown: str
    organisation: str
    roles: tuple[str, ...]
    password: str = dataclasses.field(repr=False)
    disabled_at: datetime | None
    created_at: datetime
    changed_at: datetime


@dataclasses.dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in; ``hash`` is SHA-256 of what the browser holds."""

    hash: str
    account: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclasses.dataclass(frozen=True, slots=True)
class Token:
    """What a program signs in with; ``hash`` is SHA-256 of it, ``roles`` those of the account that it may use."""

    id: str
    hash: str
    account: str
    label: str
    roles: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


Kept = TypeVar("Kept", Organisation, Account, Session, Token)
_TABLES: Mapping[type[Any], sa.Table] = {
    Organisation: ORGANISATIONS, Account: ACCOUNTS, Session: SESSIONS, Token: TOKENS
}  # fmt: skip


def folded(name: str) -> str:
    """Return a name as names are compared: without case, width and surrounding blanks.

    >>> folded(" Ｌi.Wei ") == folded("LI.WEI")
    True
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


def add(store: Store, made: Organisation | Account | Session | Token) -> None:
    """Write a new line; names and hashes that are there already are refused by the database."""
    with store.transaction() as connection:
        connection.execute(sa.insert(_TABLES[type(made)]), _columns(made))


def find(store: Store, kind: type[Kept], /, **equal: str) -> list[Kept]:
    """Return the lines whose columns are equal to what is given, in the order in which they were made.

    ``folded`` finds accounts and organisations by name. Text that no database can hold is found nowhere.
    """
    if not all(map(storable, equal.values())):
        return []
    table = _TABLES[kind]
    wanted = [table.c[column] == value for column, value in equal.items()]
    statement = sa.select(table).where(*wanted).order_by(table.c.created_at, *table.primary_key.columns)
    with store.reading() as connection:
        return [_made(kind, line) for line in connection.execute(statement)]


def has_accounts(store: Store) -> bool:
    """Tell whether there is any account, also a disabled one."""
    with store.reading() as connection:
        return connection.execute(sa.select(ACCOUNTS.c.id).limit(1)).first() is not None


def change(store: Store, kept: Account | Session | Token) -> None:
    """Put a line in the place of the one with the same key."""
    table = _TABLES[type(kept)]
    values = _columns(kept)
    same = [column == values[column.name] for column in table.primary_key.columns]
    with store.transaction() as connection:
        connection.execute(sa.update(table).where(*same).values(values))


def drop_session(store: Store, fingerprint: str) -> None:
    """Take out the session with this hash, if there is one."""
    with store.transaction() as connection:
        connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.hash == fingerprint))


def drop_sessions_of(store: Store, account: str) -> None:
    """Take out every session of an account."""
    with store.transaction() as connection:
        connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.account == account))


def drop_ended_sessions(store: Store, now: datetime) -> None:
    """Take out the sessions that are over."""
    with store.transaction() as connection:
        connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.expires_at <= now))


def wrong_tries(store: Store, name: str, after: datetime) -> list[datetime]:
    """Return when a wrong password was given for a (hashed) name after a moment, the first one first."""
    wanted = sa.and_(WRONG_TRIES.c.name == name, WRONG_TRIES.c.at > after)
    with store.reading() as connection:
        return list(connection.scalars(sa.select(WRONG_TRIES.c.at).where(wanted).order_by(WRONG_TRIES.c.at)))


def add_try(store: Store, identity: str, name: str, at: datetime) -> None:
    """Note that a password is being tried for a (hashed) name."""
    with store.transaction() as connection:
        connection.execute(sa.insert(WRONG_TRIES), {"id": identity, "name": name, "at": at})


def drop_tries_for(store: Store, name: str) -> None:
    """Forget the tries for a (hashed) name."""
    with store.transaction() as connection:
        connection.execute(sa.delete(WRONG_TRIES).where(WRONG_TRIES.c.name == name))


def drop_try(store: Store, identity: str) -> None:
    """Forget one try; one that is forgotten already stays so."""
    with store.transaction() as connection:
        connection.execute(sa.delete(WRONG_TRIES).where(WRONG_TRIES.c.id == identity))


def drop_tries_until(store: Store, moment: datetime) -> None:
    """Forget the tries up to a moment."""
    with store.transaction() as connection:
        connection.execute(sa.delete(WRONG_TRIES).where(WRONG_TRIES.c.at <= moment))


def _columns(made: Organisation | Account | Session | Token) -> dict[str, Any]:
    values: dict[str, Any] = {field.name: getattr(made, field.name) for field in dataclasses.fields(made)}
    if isinstance(made, Account | Token):
        values["roles"] = " ".join(made.roles)
    if isinstance(made, Account | Organisation):
        values["folded"] = folded(made.name)
    return values


def _made(kind: type[Kept], line: Any) -> Kept:  # noqa: ANN401 - a row of SQLAlchemy
    values = {field.name: getattr(line, field.name) for field in dataclasses.fields(kind)}
    if "roles" in values:
        values["roles"] = tuple(values["roles"].split())
    return kind(**values)
