"""Let people sign in with a password, keep them signed in, and sign programs in by token."""

from __future__ import annotations

import dataclasses
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from api.db import accounts as kept
from api.db.accounts import Account, Session, Token, folded
from api.identity import passwords
from api.identity.faults import SHOWN_MALFORMED, not_there
from api.identity.people import People
from geo.faults import BadInputError, Fault, refuse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from api.db.store import Store
    from api.identity.permissions import Person

MOST_TRIES = 5
#: Of all names together from one address: who tries one password with many names meets this one. A whole office may
#: share an address, so it is wide.
MOST_TRIES_FROM = 50
TRIES_WITHIN = timedelta(minutes=15)
SESSION_IDLE = timedelta(hours=12)
SESSION_MOST = timedelta(days=7)
#: A session that was seen less than this ago is not written again: reading stays reading.
SEEN_STEP = timedelta(minutes=1)
#: Begins every token, so that one in a file or a log is known for what it is.
TOKEN_MARK = "cotrench_"  # noqa: S105 - the mark is no secret
_LABEL_LENGTH = 100


class TooManyTriesError(ValueError):
    """A name or an address had too many wrong passwords; ``until``: when to try again, ``fault``: the same in words."""

    def __init__(self, until: datetime, now: datetime) -> None:
        self.until = until
        minutes = max(1, -(-(until - now) // timedelta(minutes=1)))
        self.fault = Fault(
            "sign_in.too_many_tries", "密码多次错误，暂时不能登录", "too many wrong passwords; signing in has to wait",
            f"请在 {minutes} 分钟后再试；忘记密码请找管理员",
            f"try again in {minutes} min; if the password is lost, ask the administrator",
        )  # fmt: skip
        super().__init__(self.fault.sentence("en"))


class SignIn:
    """Who is at the door: passwords, sessions and tokens, over the accounts of `People`.

    Of sessions and tokens the store has SHA-256 alone; the text itself is given once, to whom it is for.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.people = People(store)

    # Passwords --------------------------------------------------------------------------------------------------------

    def authenticate(self, name: str, password: str, now: datetime, *, address: str = "") -> Account | None:
        """Return the account of a name and its password; None where they do not belong together.

        An unknown name, a wrong password and a disabled account take the same work and get the same answer. The try
        is noted before the password is looked at, so that many at once have no more tries. Not to be called within a
        transaction: what is noted must stay when the caller gives up.

        Parameters
        ----------
        address
            From where it is tried; empty where that tells nothing, as on this machine itself.

        Raises
        ------
        TooManyTriesError
            5 wrong tries within 15 minutes, right ones included until the first of them is 15 minutes old; or 50 from
            one address, of whatever names.
        """
        noted, nobodys = passwords.fingerprint(folded(name)), passwords.nobodys_hash()
        tried = self._note_try(noted, passwords.fingerprint(f"from {address}") if address else "", now)
        account = self.people.find(name)
        right = passwords.matches(password, nobodys if account is None else account.password)
        if account is None or not right or account.disabled_at is not None:
            return None
        outdated = passwords.is_outdated(account.password)
        better = passwords.hashed(password) if outdated else account.password
        with self.store.transaction():
            kept.drop_tries_for(self.store, noted)
            kept.drop_try(self.store, tried)
            current = self.people.by_id(account.id)
            if current is None or current.password != account.password or current.disabled_at is not None:
                return None  # it was changed or shut while we were hashing
            if outdated:
                current = dataclasses.replace(current, password=better)
                kept.change(self.store, current)
        return current

    def _note_try(self, name: str, address: str, now: datetime) -> str:
        """Note a try of a (hashed) name from a (hashed) address, which may be empty; return the id of the latter."""
        limits = {name: MOST_TRIES} | ({address: MOST_TRIES_FROM} if address else {})
        with self.store.transaction():
            kept.drop_tries_until(self.store, now - TRIES_WITHIN)
            for noted, most in limits.items():
                tries = kept.wrong_tries(self.store, noted, now - TRIES_WITHIN)
                if len(tries) >= most:
                    raise TooManyTriesError(tries[-most] + TRIES_WITHIN, now)
            for noted in limits:
                kept.add_try(self.store, made := uuid.uuid4().hex, noted, now)
        return made

    # Sessions ---------------------------------------------------------------------------------------------------------

    def open_session(self, account: Account, now: datetime) -> str:
        """Sign an account in; return what the browser keeps. Sessions that are over are forgotten meanwhile."""
        made = passwords.made_token()
        with self.store.transaction():
            kept.drop_ended_sessions(self.store, now)
            kept.add(self.store, Session(passwords.fingerprint(made), account.id, now, now, now + SESSION_IDLE))
        return made

    def session(self, value: str, now: datetime) -> Person | None:
        """Return who is signed in; None where the session is unknown or over, or its account disabled.

        It lasts 12 hours from when it was last seen (to the minute), 7 days at most. That is written once a minute, so
        not within ``store.reading()``.
        """
        found = kept.find(self.store, Session, hash=passwords.fingerprint(value))
        account = self.people.by_id(found[0].account) if found else None
        if account is None or account.disabled_at is not None or now >= found[0].expires_at:
            return None
        if now - found[0].seen_at >= SEEN_STEP:
            ends = min(now + SESSION_IDLE, found[0].created_at + SESSION_MOST)
            kept.change(self.store, dataclasses.replace(found[0], seen_at=now, expires_at=ends))
        return self.people.person(account)

    def close_session(self, value: str) -> None:
        """Sign out; a session that is not there is closed already."""
        kept.drop_session(self.store, passwords.fingerprint(value))

    # Tokens -----------------------------------------------------------------------------------------------------------

    def add_token(
        self,
        name: str,
        label: str = "",
        *,
        roles: Sequence[str] | None = None,
        expires_at: datetime | None = None,
        now: datetime,
    ) -> tuple[Token, str]:
        """Make a token for the account with a login name; return what is kept of it, and the token, this once.

        Parameters
        ----------
        label
            What it is for, 100 characters at most.
        roles
            Some of the account's own; None: all that it has now.
        expires_at
            When it ends; None: when it is revoked.

        Raises
        ------
        BadInputError
            With every fault: no such account, a role it does not have, an end that is past.
        """
        made = TOKEN_MARK + passwords.made_token()
        with self.store.transaction():
            account = self.people.account(name)
            wanted = account.roles if roles is None else tuple(dict.fromkeys(roles))
            refuse(_faults_of_token(account, label, wanted, expires_at, now))
            token = Token(
                uuid.uuid4().hex, passwords.fingerprint(made), account.id, label.strip(), wanted, now, expires_at, None
            )
            kept.add(self.store, token)
        return token, made

    def token(self, value: str, now: datetime) -> Person | None:
        """Return who a token is; None where it is unknown, over or revoked, or its account disabled.

        It may do what its roles may, as far as the account still has them.
        """
        found = kept.find(self.store, Token, hash=passwords.fingerprint(value))
        account = self.people.by_id(found[0].account) if found else None
        if account is None or account.disabled_at is not None or found[0].revoked_at is not None:
            return None
        if found[0].expires_at is not None and now >= found[0].expires_at:
            return None
        roles = tuple(role for role in found[0].roles if role in account.roles)
        return dataclasses.replace(self.people.person(account), roles=roles)

    def tokens(self, account: Account | None = None) -> list[Token]:
        """Return the tokens of an account, or all, the oldest first, those that are over among them."""
        return kept.find(self.store, Token, **({} if account is None else {"account": account.id}))

    def revoke_token(self, identity: str, now: datetime) -> Token:
        """End a token by its id; twice is once. `BadInputError` where there is none."""
        with self.store.transaction():
            found = kept.find(self.store, Token, id=identity)
            if not found:
                raise BadInputError([not_there("token", identity)])
            if found[0].revoked_at is not None:
                return found[0]
            revoked = dataclasses.replace(found[0], revoked_at=now)
            kept.change(self.store, revoked)
        return revoked


def _faults_of_token(
    account: Account, label: str, roles: Sequence[str], expires_at: datetime | None, now: datetime
) -> list[Fault]:
    own = (f"该账号的角色：{'、'.join(account.roles)}", f"the account has: {', '.join(account.roles)}")
    faults = [
        Fault("token.role", "账号没有这个角色", "the account does not have that role", *own, field="role", value=role)
        for role in roles
        if role not in account.roles
    ]
    if not roles:
        faults.append(Fault("role.none", "没有指定角色", "no role is given", *own, field="role"))
    if len(label) > _LABEL_LENGTH or not label.isprintable():
        faults.append(SHOWN_MALFORMED.at(field="label"))
    if expires_at is not None and expires_at <= now:
        faults.append(Fault(
            "token.past", "令牌的截止时间已过", "the token would be over already",
            "写一个以后的时间", "give a later end", field="expires_at", value=expires_at.isoformat(),
        ))  # fmt: skip
    if account.disabled_at is not None:
        faults.append(Fault(
            "account.disabled", "账号已停用", "the account is disabled", "先启用：cotrench user enable",
            "enable it first: cotrench user enable", field="account", value=account.name,
        ))  # fmt: skip
    return faults
