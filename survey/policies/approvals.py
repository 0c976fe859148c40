"""Say which permissions a county's document names, who decides them, and who applies for them."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from survey.policies.cited import Cited

if TYPE_CHECKING:
    from survey.policies.stages import Words

DEPARTMENT_KINDS: Words = MappingProxyType(
    {
        "authority": ("主管部门", "authority"),
        "utility": ("公用事业单位", "utility company"),
        "window": ("受理窗口", "window"),
        "group": ("工作小组", "working group"),
    }
)
"""What a department of a document is."""

ITEMS: Words = MappingProxyType(
    {
        "investment_filing": ("企业投资项目备案", "filing of the investment"),
        "planning": ("建设工程规划许可", "planning permission"),
        "municipal_works": ("市政设施建设类审批", "approval of municipal works"),
        "road_digging": ("挖掘城市道路", "digging up a city road"),
        "road_occupation": ("占用道路", "occupying a road"),
        "green": ("占用绿地、绿化", "taking green"),
        "trees": ("树木迁移、砍伐", "moving or felling trees"),
        "external_works": ("外线工程审批", "approval of external works"),
    }
)
"""The permissions that the documents name, under one word each."""

APPLIED_BY: Words = MappingProxyType(
    {
        "system": ("系统自动发起", "started by the system"),
        "utility": ("公用事业单位提出", "applied for by the utility"),
        "": ("文件未规定", "not in the document"),
    }
)
"""Who applies for a permission."""

BY_COMMITMENT: Words = MappingProxyType(
    {
        "yes": ("可告知承诺", "by commitment"),
        "no": ("不适用告知承诺", "not by commitment"),
        "": ("文件未规定", "not in the document"),
    }
)
"""Whether the document lets a permission be given on a commitment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Department(Cited):
    """A department, company or window that a county's document gives something to do."""

    key: str
    kind: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval(Cited):
    """One permission of a county.

    Parameters
    ----------
    id, item
        Of the rule; which permission, of `ITEMS`.
    quantity
        What makes it necessary: ``every_route``, ``road_dug``, ``green_taken``, or ``on_site``, which only the survey
        on the ground tells. The trace of a verdict says which of them a route needs.
    departments
        Keys of those who decide; empty: the document names none.
    applied_by, by_commitment
        Of `APPLIED_BY` and `BY_COMMITMENT`.
    """

    id: str
    item: str
    quantity: str
    subject_zh: str
    subject_en: str
    departments: tuple[str, ...]
    applied_by: str
    by_commitment: str
