"""Give the sample county one ready-made account for each role, so that it can be tried at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from api.identity import passwords
from api.identity.people import People
from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from api.db.store import Store
    from api.settings import Settings

#: Id of the county that the sample is loaded as; no other county gets accounts whose passwords everybody can read here.
SAMPLE_COUNTY = "sample"


class _Ready(NamedTuple):
    """One ready-made account and its organisation; the operator is one whose routes the sample county has."""

    role: str
    shown: str
    kind: str = ""
    organisation: str = ""
    utility: str = ""
    department: str = ""


class ReadyMade(NamedTuple):
    """A ready-made account as it is offered; ``kept`` is the hash of its password when the service started."""

    role: str
    name: str
    password: str
    shown: str
    kept: str


_READY = (
    _Ready("applicant", "申请人样例", "applicant", "样例建设单位"),
    _Ready("surveyor", "勘测人员样例"),
    _Ready("utility", "县自来水公司样例", "utility", "县自来水公司", "water"),
    _Ready("coordinator", "联办窗口样例", "department", "县审批服务中心", "", "approval_centre"),
    _Ready("approver", "审批部门样例", "department", "县城管局", "", "city_management"),
    _Ready("supervisor", "监管部门样例", "department", "县住房和城乡建设局", "", "housing"),
    _Ready("admin", "管理员样例"),
)


def is_demo(settings: Settings, store: Store) -> bool:
    """Tell whether the service is a demonstration: asked for, and over the sample county; no other is opened so."""
    return settings.demo and store.county is not None and store.county.id == SAMPLE_COUNTY


def demo_people(store: Store, now: datetime) -> list[tuple[str, str, str]]:
    """Make the accounts that are not there yet; return role, login name and password of those that can be used so.

    Left out are those that somebody has disabled, or given another password; nothing of theirs is changed.

    Raises
    ------
    BadInputError
        The store is not the sample county's.
    """
    if store.county is None or store.county.id != SAMPLE_COUNTY:
        raise BadInputError([NOT_THE_SAMPLE])
    people = People(store)
    with store.transaction():
        for ready in _READY:
            if people.find(_login(ready)) is None:
                _add(people, ready, now)
    return [
        (ready.role, account.name, _password(ready))
        for ready in _READY
        if (account := people.account(_login(ready))).disabled_at is None
        and passwords.matches(_password(ready), account.password)
    ]


def ready_made(store: Store, now: datetime) -> tuple[ReadyMade, ...]:
    """Make the accounts as `demo_people`, and return what a page needs to offer them."""
    people = People(store)
    made = [(people.account(login), role, password) for role, login, password in demo_people(store, now)]
    return tuple(ReadyMade(role, one.name, password, one.shown, one.password) for one, role, password in made)


def still_ready(store: Store, made: Sequence[ReadyMade]) -> list[ReadyMade]:
    """Return those that can still be used so; compared by their hashes, because hashing each again would take long."""
    now = {one.name: one for one in People(store).accounts() if one.disabled_at is None}
    return [one for one in made if one.name in now and now[one.name].password == one.kept]


def open_to_anybody(store: Store) -> list[str]:
    """Return the login names of the ready-made accounts whose password is still the one that anybody can read here."""
    people = People(store)
    found = [(ready, account) for ready in _READY if (account := people.find(_login(ready))) is not None]
    return [
        account.name
        for ready, account in found
        if account.disabled_at is None and passwords.matches(_password(ready), account.password)
    ]


def _add(people: People, ready: _Ready, now: datetime) -> None:
    theirs = ready.organisation
    if theirs and people.find_organisation(theirs) is None:
        people.add_organisation(ready.kind, theirs, utility=ready.utility, department=ready.department, now=now)
    people.add(_login(ready), [ready.role], _password(ready), shown=ready.shown, organisation=theirs, now=now)


def _login(ready: _Ready) -> str:
    return f"demo-{ready.role}"


def _password(ready: _Ready) -> str:
    return f"tonggou-{ready.role}"


NOT_THE_SAMPLE = Fault(
    "demo.other_county",
    "本库不是样例县，不建样例账号",
    "the store is not the sample county's and gets no ready-made accounts",
    "用 cotrench user add 建账号",
    "make accounts with cotrench user add",
)
