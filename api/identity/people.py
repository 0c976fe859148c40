"""Keep organisations and accounts: add, find, list, disable; every fault of an entry is said at once."""

from __future__ import annotations

import dataclasses
import re
import uuid
from typing import TYPE_CHECKING

from api.db import accounts as kept
from api.db.accounts import Account, Organisation, folded
from api.identity import passwords
from api.identity.faults import (
    NAME_MALFORMED,
    NO_UTILITY,
    SHOWN_MALFORMED,
    department_unknown,
    kind_unknown,
    not_there,
    taken,
)
from api.identity.permissions import Person
from api.identity.roles import KINDS, faults_of_roles
from geo.faults import BadInputError, Fault, refuse
from survey.policies import load_policy
from survey.utilities import unknown_utility, utility_key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from api.db.store import Store

_LOGIN = re.compile(r"[\w.@-]{1,64}")
_SHOWN_LENGTH = 100


class People:
    """The organisations and accounts of a county, in its store; calls join the transaction that is open.

    Nothing is ever taken out: an account is disabled, because records name it. Every ``now`` has its time zone.
    """

    def __init__(self, store: Store) -> None:
        self.store = store

    # Organisations ----------------------------------------------------------------------------------------------------

    def add_organisation(
        self, kind: str, name: str, *, utility: str = "", department: str = "", now: datetime
    ) -> Organisation:
        """Add an organisation and return it.

        Parameters
        ----------
        kind
            One of `api.identity.roles.KINDS`.
        name
            As routes and cases call it: an operator's rows are found by it. Unique without case.
        utility
            Of a utility company: which one (a synonym will do); else empty.
        department
            Of a department: its key in the county's policy, or empty where the policy does not name it.

        Raises
        ------
        BadInputError
            With every fault.
        """
        name, key = name.strip(), utility_key(utility)
        with self.store.transaction():
            faults = self._faults_of_organisation(kind, name, utility, department)
            if kept.find(self.store, Organisation, folded=folded(name)):
                faults.append(taken("organisation", name))
            refuse(faults)
            made = Organisation(_new_id(), kind, name, key or "", department, now)
            kept.add(self.store, made)
        return made

    def _faults_of_organisation(self, kind: str, name: str, utility: str, department: str) -> list[Fault]:
        faults = [] if _is_shown(name) else [SHOWN_MALFORMED.at(field="organisation", value=name)]
        if kind not in KINDS:
            return [*faults, kind_unknown(kind)]
        if kind == "utility" and utility_key(utility) is None:
            faults.append(unknown_utility(utility or None))
        elif kind != "utility" and utility:
            faults.append(NO_UTILITY.at(value=utility))
        known = self._departments()
        if department and (kind != "department" or department not in known):
            faults.append(department_unknown(department, known))
        return faults

    def _departments(self) -> dict[str, str]:
        """Return the departments of the county's policy: key and Chinese name; none without a policy."""
        county = self.store.county
        if county is None or not county.policy:
            return {}
        return {one.key: one.name_zh for one in load_policy(county.policy).departments}

    def organisation(self, named: str) -> Organisation:
        """Return an organisation by name (without case) or id; `BadInputError` where there is none."""
        found = self.find_organisation(named)
        if found is None:
            raise BadInputError([not_there("organisation", named)])
        return found

    def find_organisation(self, named: str) -> Organisation | None:
        """Return an organisation by name (however it is written) or id; None where there is none."""
        by_name = kept.find(self.store, Organisation, folded=folded(named))
        found = by_name or kept.find(self.store, Organisation, id=named.strip())
        return found[0] if found else None

    def organisations(self, *, kind: str | None = None, utility: str | None = None) -> list[Organisation]:
        """Return all organisations, those of a kind, or those of a utility, the oldest first."""
        equal = {name: value for name, value in (("kind", kind), ("utility", utility)) if value is not None}
        return kept.find(self.store, Organisation, **equal)

    # Accounts ---------------------------------------------------------------------------------------------------------

    def add(
        self, name: str, roles: Sequence[str], password: str, *, shown: str = "", organisation: str = "", now: datetime
    ) -> Account:
        """Add an account and return it.

        Parameters
        ----------
        name
            The login name: letters (also Chinese), digits, ``. _ - @``, 64 at most; unique without case.
        roles
            One or more of `api.identity.permissions.ROLES`; ``utility`` and ``approver`` need an organisation.
        shown
            What people see; empty: the login name.
        organisation
            Name or id of one that is there; empty: none.

        Raises
        ------
        BadInputError
            With every fault.
        """
        name, shown = name.strip(), shown.strip() or name.strip()
        secret = passwords.hashed(password[: passwords.MOST_LENGTH])  # before the others have to wait for us
        with self.store.transaction():
            faults = [] if _LOGIN.fullmatch(name) else [NAME_MALFORMED.at(value=name)]
            faults += [] if _is_shown(shown) else [SHOWN_MALFORMED.at(field="shown", value=shown)]
            if kept.find(self.store, Account, folded=folded(name)):
                faults.append(taken("account", name))
            theirs = self.find_organisation(organisation) if organisation else None
            missing = bool(organisation) and theirs is None
            faults += [not_there("organisation", organisation)] if missing else faults_of_roles(roles, theirs)
            refuse([*faults, *passwords.faults_of(password, name)])
            ids = (_new_id(), name, shown, theirs.id if theirs else "")
            made = Account(*ids, tuple(dict.fromkeys(roles)), secret, None, now, now)
            kept.add(self.store, made)
        return made

    def find(self, name: str) -> Account | None:
        """Return the account with this login name, however it is written; None where there is none."""
        found = kept.find(self.store, Account, folded=folded(name))
        return found[0] if found else None

    def account(self, name: str) -> Account:
        """Return the account with this login name; `BadInputError` where there is none."""
        found = self.find(name)
        if found is None:
            raise BadInputError([not_there("account", name)])
        return found

    def by_id(self, identity: str) -> Account | None:
        """Return the account with this id; None where there is none."""
        found = kept.find(self.store, Account, id=identity)
        return found[0] if found else None

    def accounts(self) -> list[Account]:
        """Return every account, the oldest first, the disabled ones among them."""
        return kept.find(self.store, Account)

    def set_roles(self, name: str, roles: Sequence[str], *, now: datetime) -> Account:
        """Give an account other roles, for its sessions and tokens at once; `BadInputError` with every fault."""
        with self.store.transaction():
            account = self.account(name)
            theirs = self.find_organisation(account.organisation) if account.organisation else None
            refuse(faults_of_roles(roles, theirs))
            return self._changed(name, roles=tuple(dict.fromkeys(roles)), changed_at=now)

    def set_password(self, name: str, password: str, *, now: datetime) -> Account:
        """Give an account another password, close its sessions, forget its wrong tries; errors as `add`."""
        account = self.account(name)
        refuse(passwords.faults_of(password, account.name))
        secret = passwords.hashed(password)
        with self.store.transaction():
            kept.drop_sessions_of(self.store, account.id)
            kept.drop_tries_for(self.store, passwords.fingerprint(folded(account.name)))
            return self._changed(name, password=secret, changed_at=now)

    def disable(self, name: str, *, now: datetime) -> Account:
        """Shut an account: nobody signs in with it, its sessions are closed, its tokens do nothing. Twice is once."""
        with self.store.transaction():
            account = self.account(name)
            kept.drop_sessions_of(self.store, account.id)
            if account.disabled_at is not None:
                return account
            return self._changed(name, disabled_at=now, changed_at=now)

    def enable(self, name: str, *, now: datetime) -> Account:
        """Open an account again that was disabled; its tokens work again."""
        with self.store.transaction():
            return self._changed(name, disabled_at=None, changed_at=now)

    def _changed(self, name: str, **values: object) -> Account:
        """Write an account with some of its fields changed, as it is by now."""
        changed = dataclasses.replace(self.account(name), **values)  # type: ignore[arg-type] # fields of Account
        kept.change(self.store, changed)
        return changed

    def person(self, account: Account) -> Person:
        """Return who an account is, for `api.identity.permissions`."""
        found = kept.find(self.store, Organisation, id=account.organisation) if account.organisation else []
        theirs = (found[0].id, found[0].name, found[0].utility, found[0].department) if found else ("", "", "", "")
        return Person(account.id, account.shown, *theirs, account.roles)


def _new_id() -> str:
    return uuid.uuid4().hex


def _is_shown(name: str) -> bool:
    return 0 < len(name) <= _SHOWN_LENGTH and name.isprintable()
