"""Say which organisations there are, and which roles need one."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from api.identity.permissions import GUEST_ROLE, ROLES
from geo.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.db.accounts import Organisation
    from survey.policies.stages import Words

KINDS: Words = MappingProxyType(
    {
        "department": ("部门", "a department"),
        "utility": ("公用事业单位", "a utility company"),
        "applicant": ("申请单位", "an applicant"),
    }
)
"""What an organisation is."""

NEEDED: Mapping[str, str] = MappingProxyType({"utility": "utility", "approver": "department"})
"""Which kind of organisation a role needs: what is its own, or what it decides, follows from there."""


def faults_of_roles(roles: Sequence[str], organisation: Organisation | None) -> list[Fault]:
    """Return everything that is wrong with the roles of an account of this organisation (None: of none).

    >>> [fault.code for fault in faults_of_roles(["boss", "utility"], None)]
    ['role.unknown', 'role.organisation']
    """
    offered = {role: said for role, said in ROLES.items() if role != GUEST_ROLE}
    zh = "、".join(f"{role}（{said[0]}）" for role, said in offered.items())
    mend = (f"可用：{zh}", f"use one of: {', '.join(offered)}")
    if not roles:
        return [Fault("role.none", "没有指定角色", "no role is given", *mend, field="role")]
    faults = [
        Fault("role.unknown", "没有这个角色", "there is no such role", *mend, field="role", value=role)
        for role in roles
        if role not in offered
    ]
    for role, kind in NEEDED.items():
        if role in roles and (organisation is None or organisation.kind != kind):
            zh, en = ROLES[role][0], ROLES[role][1]
            faults.append(Fault(
                "role.organisation", f"“{zh}”角色须属于一个{KINDS[kind][0]}",
                f"the role of {en} needs an organisation that is {KINDS[kind][1]}",
                f"指定种类为 {kind} 的单位", f"name an organisation of the kind {kind}", field="role", value=role,
            ))  # fmt: skip
    return faults
