"""Lay the figures of a county out as flat rows, for a table or a CSV file."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from survey.cases.words import PHASES
from survey.deadline_words import of_length

if TYPE_CHECKING:
    from survey.cases.tallies import Figures, Group, Share, StageFigures, Tasks, Times
    from survey.policies.stages import Words

Cell = str | int | float | None
Row = dict[str, Cell]

SCOPES: Words = MappingProxyType(
    {
        "county": ("全县合计", "county"),
        "utility": ("按管线合计", "utility"),
        "department": ("按部门合计", "department"),
        "stage": ("阶段", "stage"),
        "decision": ("并联审批各部门", "department in parallel approval"),
    }
)
"""What a row counts."""

COLUMNS: Words = MappingProxyType(
    {
        "scope": ("口径", "scope"),
        "scope_zh": ("口径名称", "scope in Chinese"),
        "scope_en": ("口径英文名称", "scope in English"),
        "stage": ("阶段代码", "stage"),
        "stage_zh": ("阶段", "stage in Chinese"),
        "stage_en": ("阶段英文名称", "stage in English"),
        "rule": ("规则编号", "rule"),
        "document": ("文件", "document"),
        "clause": ("条款", "clause"),
        "utility": ("管线代码", "utility"),
        "utility_zh": ("管线", "utility in Chinese"),
        "utility_en": ("管线英文名称", "utility in English"),
        "department": ("部门代码", "department"),
        "department_zh": ("牵头部门", "department in Chinese"),
        "department_en": ("牵头部门英文名称", "department in English"),
        "limit_half_days": ("时限（半个工作日）", "limit in half working days"),
        "limit_zh": ("时限", "limit in Chinese"),
        "limit_en": ("时限英文", "limit in English"),
        "ended": ("已结束", "ended"),
        "ended_late": ("超时结束", "ended late"),
        "running": ("计时中", "running"),
        "running_late": ("计时中已超时", "running late"),
        "paused": ("暂停", "paused"),
        "void": ("不再需要", "no longer needed"),
        "void_late": ("不再需要前已超时", "no longer needed, run out before"),
        "overdue": ("超时次数", "overdue"),
        "limited": ("有期限的计时次数", "times that are due"),
        "overdue_share": ("超时率", "share overdue"),
        "used_count": ("用时样本数", "ended times measured"),
        "used_minimum": ("最短用时（半个工作日）", "least half days used"),
        "used_median": ("用时中位数（半个工作日）", "median half days used"),
        "used_p90": ("用时九成位数（半个工作日）", "90th percentile of half days used"),
        "used_maximum": ("最长用时（半个工作日）", "most half days used"),
        "longest_open": ("未结束中最长已用（半个工作日）", "most half days used so far"),
        "cases": ("办件数", "cases"),
        "overdue_cases": ("超时件数", "overdue cases"),
        "limited_cases": ("有期限的办件数", "cases with times that are due"),
        "overdue_cases_share": ("超时件占比", "share of overdue cases"),
        "judged": ("已判定分项", "tasks judged"),
        "offered": ("可告知承诺分项", "tasks offered a commitment"),
        "signed": ("已签承诺分项", "tasks with a commitment signed"),
        "decided": ("按承诺作出决定分项", "tasks with a commitment signed and decided"),
        "stopped": ("承诺后终止分项", "tasks with a commitment stopped"),
        "decided_of_judged": ("承诺占已判定", "commitments of tasks judged"),
        "decided_of_offered": ("承诺占可承诺", "commitments of tasks offered"),
        "begun": ("已开工分项", "tasks begun"),
        "together": ("同沟开工分项", "tasks begun together"),
        "together_share": ("同沟率", "share of joint digs"),
        **{f"phase_{key}": (f"办件：{zh}", f"cases: {en}") for key, (zh, en) in PHASES.items()},
    }
)
"""Every column, in order, in Chinese and English."""


def rows(figures: Figures) -> list[Row]:
    """Return the figures as rows of `COLUMNS`: the county, its utilities, its departments, stages, single decisions.

    A cell is None where it does not apply to the row, or where a share or a spread has nothing below it.

    Examples
    --------
    >>> from datetime import datetime
    >>> from survey.calendar import Calendar
    >>> from survey.cases.figures import figures
    >>> from survey.policies import load_policy
    >>> [county] = rows(figures({}, load_policy("wuzhi"), Calendar(), datetime(2026, 12, 1, 9)))
    >>> county["scope_zh"], county["cases"], county["overdue"], county["overdue_share"]
    ('全县合计', 0, 0, None)
    """
    groups = (figures.county, *figures.utilities, *figures.departments)
    parts = (("stage", figures.stages), ("decision", figures.decisions))
    return [*map(_of_group, groups), *(_of_stage(scope, one) for scope, stages in parts for one in stages)]


def _row(scope: str, told: Row) -> Row:
    zh, en = SCOPES[scope]
    return {**dict.fromkeys(COLUMNS), "scope": scope, "scope_zh": zh, "scope_en": en, **told}


def _of_stage(scope: str, one: StageFigures) -> Row:
    limit_zh, limit_en = of_length(one.half_days, same_day=one.same_day)
    return _row(scope, {
        "stage": one.stage, "stage_zh": one.stage_words[0], "stage_en": one.stage_words[1], "rule": one.rule,
        "document": one.document, "clause": one.clause, "utility": one.utility, "utility_zh": one.utility_words[0],
        "utility_en": one.utility_words[1], "department": " ".join(one.departments),
        "department_zh": one.departments_words[0], "department_en": one.departments_words[1],
        "limit_half_days": one.half_days, "limit_zh": limit_zh, "limit_en": limit_en, **_of_times(one.times),
    })  # fmt: skip


def _of_group(one: Group) -> Row:
    named: Row = {}
    if one.scope != "county":
        zh, en = one.words
        named = {one.scope: one.key, f"{one.scope}_zh": zh, f"{one.scope}_en": en}
    part, whole, share = _of_share(one.overdue_cases)
    tasks = {} if one.tasks is None else _of_tasks(one.tasks)
    counts: Row = {"cases": one.cases, "overdue_cases": part, "limited_cases": whole, "overdue_cases_share": share}
    phases: Row = {f"phase_{key}": number for key, number in one.phases.items()}
    return _row(one.scope, {**named, **_of_times(one.times), **counts, **tasks, **phases})


def _of_times(times: Times) -> Row:
    used, (overdue, limited, share) = times.used, _of_share(times.overdue)
    return {
        "ended": times.ended, "ended_late": times.ended_late, "running": times.running,
        "running_late": times.running_late, "paused": times.paused, "void": times.void, "void_late": times.void_late,
        "overdue": overdue, "limited": limited, "overdue_share": share, "used_count": used.count,
        "used_minimum": used.minimum, "used_median": used.median, "used_p90": used.p90, "used_maximum": used.maximum,
        "longest_open": times.longest_open,
    }  # fmt: skip


def _of_tasks(tasks: Tasks) -> Row:
    return {
        "judged": tasks.judged, "offered": tasks.offered, "signed": tasks.signed, "decided": tasks.decided,
        "stopped": tasks.stopped, "decided_of_judged": tasks.of_judged.value,
        "decided_of_offered": tasks.of_offered.value, "begun": tasks.begun, "together": tasks.together,
        "together_share": tasks.joint.value,
    }  # fmt: skip


def _of_share(share: Share) -> tuple[int, int, float | None]:
    return share.numerator, share.denominator, share.value
