"""Say what else a county's document lays down: commitment, silence, supervision, penalties, fees, channels, gaps."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from survey.policies.cited import Cited

if TYPE_CHECKING:
    from collections.abc import Mapping

    from survey.policies.stages import Words

PROVISIONS: Words = MappingProxyType(
    {
        "scope": ("适用范围", "scope"),
        "commitment": ("告知承诺", "commitment"),
        "deficiency": ("容缺受理", "acceptance with papers missing"),
        "tacit_consent": ("超时视为无意见", "silence is no objection"),
        "supervision": ("监督管理", "supervision"),
        "penalty": ("违诺处理", "what follows a breach"),
        "rating": ("服务评价", "service rating"),
        "fee": ("费用", "fees"),
        "first_responsibility": ("首办/首接负责", "first-acceptance responsibility"),
        "manager": ("专人负责", "named manager"),
        "channel": ("办理渠道", "channels"),
        "mode": ("办理模式", "way of working"),
        "one_reply": ("一单答复", "one reply"),
        "materials": ("申请材料", "papers"),
        "duty": ("职责分工", "duties"),
        "coordination": ("协调机制", "coordination"),
        "joint_works": ("联合施工", "construction together"),
        "office": ("线下营业厅", "office open to the public"),
        "date": ("时间安排", "dates"),
        "remark": ("文内矛盾、缺口", "contradiction or gap in the text"),
        "blank": ("文件未规定", "not in the document"),
    }
)
"""The kinds of provision."""

MEASURES: Mapping[str, tuple[str, tuple[str, str]]] = MappingProxyType(
    {
        "no_objection": ("tacit_consent", ("视为无意见", "taken as no objection")),
        "rectify": ("penalty", ("责令限期整改", "ordered to mend")),
        "interview": ("penalty", ("约谈", "called in for an interview")),
        "suspend_commitment": ("penalty", ("暂停执行告知承诺制", "commitment suspended")),
        "credit_record": ("penalty", ("记入信用档案", "entered in the credit record")),
        "assessment": ("supervision", ("年度考核", "yearly assessment")),
        "bulletin": ("supervision", ("定期通报", "regular bulletins")),
        "overdue_warning": ("supervision", ("超时预警", "warning before a time runs out")),
        "inspection": ("supervision", ("现场查验", "inspection on the ground")),
        "free": ("fee", ("不收费", "free of charge")),
        "by_tariff": ("fee", ("按规定收费", "by tariff")),
        "instalments": ("fee", ("分期支付", "by instalments")),
        "online": ("channel", ("线上", "online")),
        "window": ("channel", ("线下窗口", "at the window")),
        "agent": ("channel", ("代办", "by an agent")),
    }
)
"""What a provision does, the kind it belongs to, and its name: the words that cases act on."""

VALUE_UNITS: Words = MappingProxyType(
    {
        "month": ("个月", "months"),
        "copy": ("份", "papers"),
        "visit": ("次", "visits"),
        "per_quarter": ("次/季度", "times a quarter"),
    }
)
"""The units of the numbers that provisions hold."""

UNTIL: Words = MappingProxyType({"mended": ("直到整改完成", "until it is mended")})
"""Until when a measure holds besides its time; the later ends it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision(Cited):
    """One thing a county's document lays down, besides stages, permissions, forms and what is judged.

    Parameters
    ----------
    id, kind
        Of the rule; of `PROVISIONS`.
    subject_zh, subject_en
        What it says, in a few words.
    departments
        Keys of those it concerns; empty where it names nobody.
    measures
        Of `MEASURES`: what it does.
    step
        Place in a ladder, from 1; None outside one.
    stage, form
        Key of the stage and id of the form it speaks of; empty for none.
    items
        Permissions it speaks of, of `survey.policies.approvals.ITEMS`.
    value, unit, until
        Its number, if it has one, and until when it holds besides.
    """

    id: str
    kind: str
    subject_zh: str
    subject_en: str
    departments: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    step: int | None = None
    stage: str = ""
    form: str = ""
    items: tuple[str, ...] = ()
    value: float | None = None
    unit: str = ""
    until: str = ""
