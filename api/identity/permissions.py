"""Say who may do what: the one table of roles and actions, and what is answered where somebody may not."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from geo.faults import Fault
from survey.cases.words import ROLES as ACTING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from survey.policies.stages import Words

Scope = Literal["all", "own"]
GUEST_ROLE = "guest"

ROLES: Words = MappingProxyType(
    {**{key: said for key, said in ACTING.items() if key != "system"}, GUEST_ROLE: ("未登录", "nobody signed in")}
)
"""Who may be somebody here; ``system`` is nobody's role, the clock alone acts so."""

ACTIONS: Words = MappingProxyType(
    {
        "service.read": ("查看服务状态", "look at the state of the service"),
        "session.open": ("登录和退出", "sign in and out"),
        "password.change": ("修改自己的密码", "change one's password"),
        "county.read": ("查看本县信息", "look at the county"),
        "policies.read": ("查看政策", "read the policies"),
        "county.write": ("设置本县信息", "set the county"),
        "layers.read": ("查看道路、绿地等图层", "look at roads, greens and other layers"),
        "layers.write": ("修改道路、绿地等图层", "change roads, greens and other layers"),
        "sites.read": ("查看项目位置", "look at sites"),
        "sites.write": ("修改项目位置", "change sites"),
        "pipes.read": ("查看现状管线", "look at existing pipes"),
        "pipes.write": ("修改现状管线", "change existing pipes"),
        "routes.read": ("查看规划管线", "look at planned routes"),
        "routes.write": ("画或修改规划管线", "draw or change planned routes"),
        "assess": ("评估管线", "assess lines"),
        "findings.read": ("查看检查结果", "look at findings"),
        "findings.accept": ("接受检查结果", "accept findings"),
        "opportunities.read": ("查看同沟机会", "look at chances to share a trench"),
        "opportunities.act": ("提出和答复同沟建议", "propose and answer chances to share a trench"),
        "programmes.read": ("查看联合施工计划", "look at joint programmes"),
        "programmes.plan": ("排联合施工计划", "plan joint programmes"),
        "visits.read": ("查看联合踏勘", "look at joint visits"),
        "visits.plan": ("排联合踏勘", "plan joint visits"),
        "visits.enter": ("填写现场结果和签字", "enter what was found on site, and sign"),
        "cases.read": ("查看办件", "look at cases"),
        "cases.act": ("办理", "act on cases"),
        "figures.read": ("查看办理统计", "look at the figures"),
        "people.manage": ("管理账号", "keep accounts"),
        "tokens.manage": ("管理令牌", "keep tokens"),
        "store.manage": ("备份和检查数据库", "back up and check the store"),
    }
)
"""What may be done, by resource."""


def _for(everywhere: str = "", own: str = "") -> Mapping[str, Scope]:
    scopes: dict[str, Scope] = dict.fromkeys(everywhere.split(), "all")
    scopes |= dict.fromkeys(own.split(), "own")
    return MappingProxyType(scopes)


_SIGNED_IN = "applicant surveyor utility coordinator approver supervisor admin"
_STAFF = "surveyor coordinator approver supervisor"

TABLE: Mapping[str, Mapping[str, Scope]] = MappingProxyType(
    {
        "service.read": _for(f"{GUEST_ROLE} {_SIGNED_IN}"),
        "session.open": _for(f"{GUEST_ROLE} {_SIGNED_IN}"),
        "password.change": _for(own=_SIGNED_IN),
        "county.read": _for(f"{GUEST_ROLE} {_SIGNED_IN}"),
        "policies.read": _for(f"{GUEST_ROLE} {_SIGNED_IN}"),
        "county.write": _for("admin"),
        "layers.read": _for(_SIGNED_IN),
        "layers.write": _for("surveyor coordinator admin"),
        "sites.read": _for(f"{_STAFF} utility admin", own="applicant"),
        "sites.write": _for("surveyor coordinator admin", own="applicant"),
        "pipes.read": _for(f"{_STAFF} utility admin"),
        "pipes.write": _for("surveyor admin", own="utility"),
        "routes.read": _for(f"{_STAFF} utility admin", own="applicant"),
        "routes.write": _for("surveyor coordinator", own="utility"),
        "assess": _for(f"{_STAFF} utility"),
        "findings.read": _for(f"{_STAFF} utility admin"),
        "findings.accept": _for("coordinator approver"),
        "opportunities.read": _for(f"{_STAFF} utility admin"),
        "opportunities.act": _for("coordinator", own="utility"),
        "programmes.read": _for(f"{_STAFF} utility admin"),
        "programmes.plan": _for("coordinator", own="utility"),
        "visits.read": _for(f"{_STAFF} admin", own="utility applicant"),
        "visits.plan": _for("coordinator surveyor"),
        "visits.enter": _for("surveyor coordinator approver", own="utility applicant"),
        "cases.read": _for(f"{_STAFF} utility", own="applicant"),
        "cases.act": _for(_STAFF, own="applicant utility"),
        "figures.read": _for("coordinator approver supervisor admin", own="utility"),
        "people.manage": _for("admin"),
        "tokens.manage": _for("admin", own="applicant surveyor utility coordinator approver supervisor"),
        "store.manage": _for("admin"),
    }
)
"""For each action the roles that may do it, to everything (``all``) or to what is theirs (``own``); no other may."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks.

    Parameters
    ----------
    id, name
        Of the account: its id, and the name that people see and records keep.
    organisation, organisation_name
        Id and name of the organisation; empty: none. Rows of files know an operator by its name.
    utility, department
        Those of the organisation: a key of `survey.utilities.UTILITIES`, a department of the county's policy; or empty.
    roles
        Of `ROLES`.

    Examples
    --------
    >>> Person("a1", "李工", "o1", "县自来水公司", "water", "", ("utility",)).owns("县自来水公司")
    True
    """

    id: str
    name: str
    organisation: str
    organisation_name: str
    utility: str
    department: str
    roles: tuple[str, ...]

    def owns(self, owner: str | Collection[str] | None) -> bool:
        """Tell whether any of the owners is this person or its organisation, by id or name of the organisation.

        None and empty text are nobody's, and so never anybody's own.
        """
        owners = {owner} if isinstance(owner, str) else set(owner or ())
        return not owners.isdisjoint({self.id, self.organisation, self.organisation_name} - {""})


def scope(actor: Person | None, action: str) -> Scope | None:
    """Return how far somebody may do something: to all, to the own, or (None) not at all.

    What nobody signed in may, everybody may.

    Parameters
    ----------
    actor
        None: nobody signed in.

    Raises
    ------
    KeyError
        There is no such action: a mistake of ours, never an open door.

    Examples
    --------
    >>> scope(None, "policies.read"), scope(None, "routes.write")
    ('all', None)
    """
    row = TABLE[action]
    found = {row.get(role) for role in (GUEST_ROLE, *(() if actor is None else actor.roles))}
    if "all" in found:
        return "all"
    return "own" if "own" in found else None


def allowed(actor: Person | None, action: str, *, owner: str | Collection[str] | None = None) -> bool:
    """Tell whether somebody may do something to what is ``owner``'s; errors as `scope`.

    Parameters
    ----------
    owner
        Whose it is: ids of accounts, ids or names of organisations; several where it is several people's (a case is
        its applicant's and its operators'). None: nobody's, which only a role that may do it to all can touch.

    Examples
    --------
    >>> water = Person("a1", "李工", "o1", "县自来水公司", "water", "", ("utility",))
    >>> allowed(water, "routes.write", owner="县自来水公司"), allowed(water, "routes.write", owner="县燃气公司")
    (True, False)
    >>> allowed(water, "routes.write"), allowed(water, "assess")
    (False, True)
    """
    reach = scope(actor, action)
    return reach == "all" or (reach == "own" and actor is not None and actor.owns(owner))


def refusal(actor: Person | None, action: str) -> Fault:
    """Return what is said to somebody who may not do something: who may, and what to do about it.

    Examples
    --------
    >>> print(refusal(None, "routes.write").sentence("en"))
    to draw or change planned routes is for: surveyor, coordinator, utility (its own) — sign in
    """
    zh, en = ACTIONS[action]
    row = TABLE[action]
    roles_zh = "、".join(ROLES[role][0] + ("（限本单位或本人的）" if row[role] == "own" else "") for role in row)
    roles_en = ", ".join(ROLES[role][1] + (" (its own)" if row[role] == "own" else "") for role in row)
    said = (f"“{zh}”由下列人员办理：{roles_zh}", f"to {en} is for: {roles_en}")
    if actor is None:
        return Fault("permission.sign_in", *said, "请先登录", "sign in")
    if scope(actor, action) == "own":
        return Fault(
            "permission.not_yours", *said, "这不是您或您单位的，请联系其所有单位",
            "this is not yours or your organisation's: ask whose it is",
        )  # fmt: skip
    return Fault(
        "permission.refused", *said, "请由上述人员办理，或请管理员调整角色",
        "ask one of them, or have the administrator change your roles",
    )  # fmt: skip
