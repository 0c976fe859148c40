"""Say what is wrong with what was entered about people, and how to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from api.identity.roles import KINDS
from geo.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME_MALFORMED = Fault(
    "name.malformed",
    "登录名须为 1 到 64 个字母、汉字、数字或 . _ - @",
    "a login name is 1 to 64 letters, digits or . _ - @",
    "去掉空格和其他符号",
    "leave out blanks and other signs",
    field="name",
)
SHOWN_MALFORMED = Fault(
    "name.unreadable",
    "名称须为 1 到 100 个可见字符",
    "a name is 1 to 100 visible characters",
    "重新填写名称",
    "write it again",
)
NO_UTILITY = Fault(
    "organisation.utility",
    "只有公用事业单位才有管线类别",
    "only a utility company has a utility",
    "去掉管线类别，或把种类改为 utility",
    "leave the utility out, or make the kind utility",
    field="utility",
)
_WORDS = {"account": ("账号", "account"), "organisation": ("单位", "organisation"), "token": ("令牌", "token")}
_LISTED = {"account": "cotrench user list", "organisation": "cotrench user list", "token": "cotrench token list"}


def taken(what: Literal["account", "organisation"], name: str) -> Fault:
    """Return that a name is somebody else's already; case and width make no difference."""
    zh, en = _WORDS[what]
    field = "name" if what == "account" else what
    return Fault(
        f"{what}.taken", f"已有这个{zh}（不分大小写）", f"there is such an {en} already (case makes no difference)",
        "换一个名称", "use another name", field=field, value=name,
    )  # fmt: skip


def not_there(what: Literal["account", "organisation", "token"], name: str) -> Fault:
    """Return that there is nothing of that name."""
    zh, en = _WORDS[what]
    return Fault(
        f"{what}.unknown", f"没有这个{zh}", f"there is no such {en}", f"用 {_LISTED[what]} 查看",
        f"see them with {_LISTED[what]}", field=what, value=name,
    )  # fmt: skip


def kind_unknown(kind: str) -> Fault:
    """Return that an organisation is of no known kind."""
    zh = "、".join(f"{key}（{said[0]}）" for key, said in KINDS.items())
    return Fault(
        "organisation.kind", "没有这种单位", "there is no such kind of organisation", f"可用：{zh}",
        f"use one of: {', '.join(KINDS)}", field="kind", value=kind,
    )  # fmt: skip


def department_unknown(department: str, known: Mapping[str, str]) -> Fault:
    """Return that a department is not in the county's policy, or that the organisation is none."""
    zh = "、".join(f"{key}（{name}）" for key, name in known.items()) or "本县没有政策，请留空"
    return Fault(
        "organisation.department", "本县政策没有这个部门，或该单位不是部门",
        "the county's policy has no such department, or the organisation is none",
        f"种类用 department；可用：{zh}",
        f"make the kind department; use one of: {', '.join(known) or 'none, the county has no policy'}",
        field="department", value=department,
    )  # fmt: skip
