"""Lay the inputs of each paper out as blocks in their order: facts, tables, quotations, lists, signatures; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maps.papers import (
    AcceptanceCertificate,
    ApprovalDecision,
    CommitmentLetter,
    OneReply,
    Receipt,
    RectificationNotice,
    SurveyNotice,
)
from survey.calendar import local

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from maps.papers import Clause, Limit, Outcome, Paper, StageTime, Utility

Block = dict[str, Any]
NONE = "—"
BY_HAND = "　"
"""What whoever signs writes by hand: a dash would stand in its place."""
UNDATED = "　　　年　　月　　日"
UNITS = {"m2": "㎡", "year": "年"}
SIGNS = {"<=": "≤", "<": "＜", ">=": "≥", ">": "＞", "in": "属于"}
OUTCOMES = {
    "passes": "符合", "fails": "超出", "within_uncertainty": "在不确定度内", "unknown": "资料不足",
    "not_applicable": "不涉及", "silent": "文件未规定", "": NONE,
}  # fmt: skip
DECISIONS = {"granted": "准予", "conditional": "附条件准予", "refused": "不予准予"}
ACCEPTANCES = {"accepted": "验收合格", "supplement": "容缺通过，限期补齐", "refused": "验收不合格"}
REMEDY = (
    "如不服本决定，可自收到之日起六十日内向{review}申请行政复议，或者自收到之日起六个月内向{court}提起行政诉讼。"
    "（《行政许可法》第三十八条、《行政复议法》第二十条〔待核〕、《行政诉讼法》第四十六条）"
)


def blocks_of(paper: Paper) -> tuple[str, str, list[Block]]:
    """Return a paper's title, whom it is addressed to (empty: nobody), and its blocks."""
    title, to, blocks = _KINDS[type(paper)]
    return title, to(paper), blocks(paper)


# -------------------------------------------------------------------------------------------------------- the papers


def _receipt(paper: Receipt) -> list[Block]:
    head = paper.head
    told = f"你单位关于“{head.project}”的联合报装申请，收悉并经核对，现予受理。请按下表所列时限办理和查询。"
    materials = [[one.name, one.state or NONE, short_moment(one.due)] for one in paper.materials]
    return [
        _text(told),
        _facts(
            ("项目名称", head.project), ("项目地址", head.address),
            ("收到时间", moment(paper.received), "受理时间", moment(paper.accepted)),
            ("办理渠道", paper.channel or NONE, "办件编号", head.case),
            ("首接（首办）责任人", paper.responsible or NONE, "项目经理", paper.manager or NONE),
        ),
        *_utilities("报装事项", ("utility", "operator", "contact"), paper.utilities),
        *_table("申请材料", ("材料", "情况", "补齐期限"), (5, 2, 3), materials),
        *_stages(paper.stages),
        *_clauses("依据", paper.clauses),
        _sign((head.authority, "受理单位盖章", [day(head.issued)]),
              ("申请人签收", "签字", ["签收日期：" + UNDATED])),
    ]  # fmt: skip


def _survey_notice(paper: SurveyNotice) -> list[Block]:
    head = paper.head
    told = f"定于{moment(paper.meet)}对“{head.project}”的外线接入进行联合踏勘，请派员准时参加，一次踏勘、一次提出意见。"
    parties = [[str(number), one.name, one.why or NONE, one.contact or NONE]
               for number, one in enumerate(paper.parties, 1)]  # fmt: skip
    return [
        _text(told),
        _facts(
            ("集合时间", moment(paper.meet)), ("集合地点", paper.place), ("项目地址", head.address),
            ("牵头单位", paper.lead, "办件编号", head.case), ("申请人", head.applicant),
        ),
        *_table("参加单位", ("序号", "单位", "踏勘事由", "联系方式"), (1, 4, 5, 3), parties, centred=(0,)),
        *_list("踏勘路线", paper.stops),
        *_list("现场核查事项", paper.checklist),
        *_clauses("依据", paper.clauses),
        _sign((head.authority, "牵头单位盖章", [day(head.issued)])),
    ]  # fmt: skip


def _one_reply(paper: OneReply) -> list[Block]:
    head = paper.head
    return [
        _facts(
            ("申请人", head.applicant, "办件编号", head.case),
            ("项目名称", head.project), ("项目地址", head.address),
        ),
        {"is": "result", "text": paper.conclusion},
        *_outcomes("各部门意见", paper.outcomes),
        *_utilities("各专营单位答复", ("utility", "operator", "plan", "result"), paper.utilities),
        *_stages(paper.stages),
        *([_heading("下一步"), _text(paper.next_step)] if paper.next_step else []),
        *_clauses("依据", paper.clauses),
        _sign((head.authority, "统一出件单位盖章", [day(head.issued)])),
    ]  # fmt: skip


def _commitment(paper: CommitmentLetter) -> list[Block]:
    head = paper.head
    works = f"{day(paper.works_from) or UNDATED}起至{day(paper.works_to) or UNDATED}"
    line = f"{paper.utility}管线（{paper.route}，第 {paper.revision} 版）"
    told = f"主管部门已告知本单位：“{head.project}”的{line}{paper.verdict}"
    return [
        _facts(
            ("承诺单位", paper.unit, "法定代表人（负责人）", paper.representative or BY_HAND),
            ("单位地址", paper.unit_address or BY_HAND),
            ("联系人", paper.contact or BY_HAND, "联系电话", paper.phone or BY_HAND),
            ("施工时间", works), ("施工地点", paper.place or head.address or BY_HAND), ("项目名称", head.project),
        ),
        _heading("告知事项"),
        _text(told),
        *_limits("各项限值与实测值", paper.limits),
        *_quotes(paper.limits),
        *_list("承诺内容", paper.promises),
        _text(f"本承诺只对上述管线第 {paper.revision} 版有效；路由变更的，重新核算，超出限值即停止承诺、转并联审批。"),
        *_clauses("违诺后果", paper.consequences),
        _sign((f"承诺单位：{paper.unit}", "签字、盖公章", [f"承诺时间：{day(paper.signed) or UNDATED}"]),
              (f"告知单位：{head.authority}", "盖章", [day(head.issued)])),
    ]  # fmt: skip


def _decision(paper: ApprovalDecision) -> list[Block]:
    head = paper.head
    valid = f"{day(paper.valid_from)}至{day(paper.valid_to)}" if paper.valid_from and paper.valid_to else NONE
    remedy = REMEDY.format(review=paper.review_body or "＿＿＿＿＿＿", court=paper.court or "＿＿＿＿＿＿")
    return [
        _text(f"你单位关于“{head.project}”{paper.item}的申请，经审查，决定如下："),
        {"is": "result", "text": DECISIONS.get(paper.result, paper.result)},
        _facts(
            ("审批事项", paper.item, "办件编号", head.case), ("项目地址", head.address), ("有效期", valid),
        ),
        *([_heading("理由"), _text(paper.reasons)] if paper.reasons else []),
        *_list("许可条件", paper.conditions),
        *_limits("核算结果", paper.limits),
        *_clauses("依据", paper.clauses),
        {"is": "note", "text": remedy},
        _sign((head.authority, "审批部门盖章", [day(head.issued)])),
    ]  # fmt: skip


def _rectification(paper: RectificationNotice) -> list[Block]:
    head = paper.head
    told = f"经{moment(paper.found)}实测，你单位承建的“{head.project}”管线（{paper.route}）"
    by = (
        f"请于{day(paper.mend_by)}前完成整改并书面报告。"
        if paper.mend_by
        else "整改期限：文件未规定，由主管部门填写：" + UNDATED + "。"
    )
    return [
        _text(told + "未达到所承诺的标准，现责令限期整改。"),
        _facts(("责任单位", paper.unit, "办件编号", head.case), ("地点", head.address)),
        *_limits("实测与承诺", paper.breaches),
        *_list("整改要求", paper.mend),
        _text(by),
        *_clauses("依据与后果", paper.clauses),
        _sign((head.authority, "主管部门盖章", [day(head.issued)]),
              ("被责令单位签收", "签字", ["签收日期：" + UNDATED])),
    ]  # fmt: skip


def _acceptance(paper: AcceptanceCertificate) -> list[Block]:
    head = paper.head
    supplements = [[one.name, one.state or NONE, short_moment(one.due)] for one in paper.supplements]
    return [
        _facts(
            ("建设单位", head.applicant, "办件编号", head.case), ("项目名称", head.project), ("项目地址", head.address),
            ("验收时间", moment(paper.inspected)),
        ),
        {"is": "result", "text": ACCEPTANCES.get(paper.result, paper.result)},
        *_utilities("参验管线", ("utility", "operator", "route", "result"), paper.utilities),
        *_limits("竣工实测与承诺", paper.checks),
        *_outcomes("各部门验收意见", paper.outcomes),
        *_table("容缺补齐", ("材料或事项", "情况", "补齐期限"), (5, 2, 3), supplements),
        *([_heading("验收意见"), _text(paper.opinion)] if paper.opinion else []),
        *_clauses("依据", paper.clauses),
        _sign((head.authority, "牵头单位盖章", [day(head.issued)]), ("建设单位", "盖章", [UNDATED])),
    ]  # fmt: skip


_Entry = tuple[str, "Callable[[Any], str]", "Callable[[Any], list[Block]]"]


def _applicant(paper: Paper) -> str:
    return paper.head.applicant


def _nobody(_paper: Paper) -> str:
    return ""


_KINDS: Mapping[type, _Entry] = {
    Receipt: ("受理通知书", _applicant, _receipt),
    SurveyNotice: ("联合踏勘通知", lambda _paper: "各有关单位", _survey_notice),
    OneReply: ("一单答复", _nobody, _one_reply),
    CommitmentLetter: ("告知承诺书", _nobody, _commitment),
    ApprovalDecision: ("审批决定书", _applicant, _decision),
    RectificationNotice: ("责令整改通知书", lambda paper: paper.unit, _rectification),
    AcceptanceCertificate: ("联合验收意见书", _nobody, _acceptance),
}

# ------------------------------------------------------------------------------------------------------- their parts


def day(value: dt.date | None) -> str:
    """Return a day as Chinese papers write it; empty for None.

    >>> import datetime as dt
    >>> day(dt.date(2026, 12, 1)), day(None)
    ('2026年12月1日', '')
    """
    return f"{value.year}年{value.month}月{value.day}日" if value else ""


def moment(value: dt.datetime | None) -> str:
    """Return a moment on Beijing's clock; a dash for None.

    >>> import datetime as dt
    >>> moment(dt.datetime(2026, 12, 1, 1, 30, tzinfo=dt.UTC)), moment(None)
    ('2026年12月1日 09:30', '—')
    """
    if value is None:
        return NONE
    there = local(value)
    return f"{day(there.date())} {there:%H:%M}"


def short_moment(value: dt.datetime | None) -> str:
    """Return a moment on Beijing's clock as a table holds it; a dash for None.

    >>> import datetime as dt
    >>> short_moment(dt.datetime(2026, 12, 1, 1, 30, tzinfo=dt.UTC))
    '2026-12-01 09:30'
    """
    return NONE if value is None else f"{local(value):%Y-%m-%d %H:%M}"


def amount(value: float | None, unit: str = "") -> str:
    """Return a number with its unit, two decimals at most; a dash for None.

    >>> amount(12.3456, "m"), amount(15.0, "m2"), amount(-0.004, "m"), amount(None, "m")
    ('12.35 m', '15 ㎡', '0 m', '—')
    """
    if value is None:
        return NONE
    said = f"{value + 0.0:.2f}".rstrip("0").rstrip(".")
    return f"{'0' if said == '-0' else said.replace('-', '−')} {UNITS.get(unit, unit)}".strip()


def _text(text: str) -> Block:
    return {"is": "text", "text": text}


def _heading(text: str) -> Block:
    return {"is": "head", "text": text}


def _facts(*rows: tuple[str, ...]) -> Block:
    return {"is": "facts", "rows": [[part or NONE for part in row] for row in rows]}


def _table(
    title: str, columns: Sequence[str], widths: Sequence[int], rows: list[list[str]], *, centred: Sequence[int] = ()
) -> list[Block]:
    """Return a heading and a table; nothing where there are no rows."""
    if not rows:
        return []
    table = {"is": "table", "columns": columns, "widths": widths, "rows": rows, "centred": centred}
    return [_heading(title), table]


def _list(title: str, items: Sequence[str]) -> list[Block]:
    return [_heading(title), {"is": "list", "items": items}] if items else []


def _clauses(title: str, clauses: Sequence[Clause]) -> list[Block]:
    quotes = [{"is": "quote", "text": one.quote, "source": f"{one.document} {one.clause}".strip()} for one in clauses]
    return [_heading(title), *quotes] if quotes else []


def _quotes(limits: Sequence[Limit]) -> list[Block]:
    """Return each clause that limits rest on, once."""
    said = {one.quote: f"{one.document} {one.clause}".strip() for one in limits if one.quote}
    return [{"is": "quote", "text": quote, "source": source} for quote, source in said.items()]


def _limits(title: str, limits: Sequence[Limit]) -> list[Block]:
    """Return the table of limits; with a column of what was committed where any was."""
    committed = any(one.committed is not None for one in limits)
    columns = ["事项", "实测值", *["承诺值"] * committed, "限值", "余量", "不确定度", "结论", "条款"]
    rows = [
        [
            one.subject, amount(one.measured, one.unit), *[amount(one.committed, one.unit)] * committed,
            f"{SIGNS.get(one.op, one.op)} {amount(one.limit, one.unit)}" if one.limit is not None else "文件未规定",
            amount(one.margin, one.unit),
            NONE if one.uncertainty is None else f"±{amount(one.uncertainty, one.unit)}",
            OUTCOMES.get(one.outcome, one.outcome), one.clause or NONE,
        ]
        for one in limits
    ]  # fmt: skip
    widths = [5, 3, *[3] * committed, 3, 3, 3, 3, 3]
    return _table(title, columns, widths, rows, centred=tuple(range(1, len(columns))))


def _outcomes(title: str, outcomes: Sequence[Outcome]) -> list[Block]:
    rows = [
        [one.department, one.item, one.result, one.opinion or NONE, short_moment(one.decided), one.clause or NONE]
        for one in outcomes
    ]
    return _table(title, ("部门", "事项", "结果", "意见", "办结时间", "条款"), (4, 4, 3, 5, 4, 3), rows, centred=(2,))


_UTILITY_COLUMNS = {
    "utility": ("管线", 2), "operator": ("单位", 4), "route": ("路由", 3), "plan": ("接入方案", 5),
    "result": ("结果", 3), "contact": ("联系方式", 3),
}  # fmt: skip


def _utilities(title: str, names: Sequence[str], utilities: Sequence[Utility]) -> list[Block]:
    columns = [_UTILITY_COLUMNS[name][0] for name in names]
    widths = [_UTILITY_COLUMNS[name][1] for name in names]
    rows = [[getattr(one, name) or NONE for name in names] for one in utilities]
    return _table(title, columns, widths, rows, centred=(0,))


def _stages(stages: Sequence[StageTime]) -> list[Block]:
    rows = [
        [
            one.stage, one.allowed or "文件未规定",
            (short_moment(one.due) + ("（暂定）" if one.provisional else "")) if one.due else "文件未规定",
            short_moment(one.done),
            one.clause or NONE,
        ]
        for one in stages
    ]  # fmt: skip
    return _table("办理阶段与时限", ("阶段", "时限", "到期", "办结", "条款"), (4, 3, 6, 4, 3), rows)


def _sign(*parties: tuple[str, str, list[str]]) -> Block:
    """Return places to sign and seal, side by side; one alone stands on the right."""
    return {"is": "sign", "parties": [{"title": title, "seal": seal, "lines": lines} for title, seal, lines in parties]}
