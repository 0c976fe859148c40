"""Print a county's procedure: stages with their times, permissions, forms and what else its document lays down."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from api.cli.reporting import say, words
from survey.deadline_words import of_length

if TYPE_CHECKING:
    import datetime as dt

    from survey.policies import Approval, Cited, Condition, Form, FormField, Policy, Provision, Stage

Entry = TypeVar("Entry", bound="Cited")


def show_procedure(policy: Policy, on: dt.date) -> None:
    """Print what is in force on a day; a part that was not entered says so, which is not 文件未规定."""
    _heading("办理阶段", "Stages", policy.stages)
    for stage in _on(policy.stages, on):
        _show_stage(stage)
    _heading("审批事项", "Permissions", policy.approvals)
    for approval in _on(policy.approvals, on):
        _show_approval(approval, policy)
    _heading("表单", "Forms", policy.forms)
    for form in _on(policy.forms, on):
        _show_form(form)
    _heading("其他规定", "Other provisions", policy.provisions)
    for provision in _on(policy.provisions, on):
        _show_provision(provision, policy)


def _on(listed: tuple[Entry, ...], on: dt.date) -> list[Entry]:
    return [one for one in listed if one.in_force(on)]


def _heading(zh: str, en: str, listed: tuple[Cited, ...]) -> None:
    say("")
    say(words(f"【{zh}】", f"[{en}]") + ("" if listed else words("未录入", " not entered")))


def _source(one: Cited) -> None:
    if one.quote:
        say(f"    「{one.quote}」")
    say("    " + words(f"依据：{one.evidence_zh}", f"evidence: {one.evidence_en}"))


def deadline(stage: Stage) -> str:
    """Return a stage's time as text; a blank in the document stays one."""
    if not stage.timed:
        return words("文件未规定", "not in the document")
    days = (stage.half_days or 0) / 2
    number = words(f"{days:g} 个工作日", of_length(stage.half_days, same_day=False)[1])
    if stage.same_day:
        earlier = words(f"（另写 {number}，取早者）", f" (and {number}: the earlier)")
        return words("当日", "the same day") + earlier * bool(days)
    return number + words("（流程图，中置信）", " (diagram, medium confidence)") * (stage.confidence == "medium")


def _show_stage(stage: Stage) -> None:
    from survey.policies import EVENTS, STAGES

    zh, en = STAGES[stage.key]
    what = words(f"{zh}：{stage.subject_zh}", f"{en}: {stage.subject_en}")
    facts = [f"{stage.id}  {what}", deadline(stage), _condition(stage.condition), stage.clause]
    say(" · ".join(fact for fact in facts if fact))
    unnamed = ("文件未写明", "not named")
    ends = [words(*EVENTS.get(event, unnamed)) for event in (stage.start_event, stage.end_event)]
    inferred = words("（推定）", " (inferred)") * stage.start_inferred
    say("    " + words(stage.lead_zh, stage.lead_en) + f" · {ends[0]}{inferred} → {ends[1]}")
    _source(stage)


def _condition(condition: Condition | None) -> str:
    """Return when a time applies, as text; nothing where it always does."""
    from survey.policies import FACTS
    from survey.utilities import UTILITIES

    if condition is None:
        return ""
    least, most = condition.departments_least, condition.departments_most
    parts = []
    if least is not None or most is not None:
        number = f"{least}" if least == most else f"≥{least}" if most is None else f"≤{most}"
        parts.append(words(f"涉及部门数 {number}", f"departments {number}"))
    parts += [words(UTILITIES[key].zh, UTILITIES[key].en) for key in condition.utilities]
    parts += [words(*FACTS[key]) for key in condition.facts]
    parts += [words("除外：", "unless: ") + words(*FACTS[key]) for key in condition.unless]
    return words("、", ", ").join(parts)


def _departments(keys: tuple[str, ...], policy: Policy) -> str:
    names = {one.key: words(one.name_zh, one.name_en) for one in policy.departments}
    return words("、", ", ").join(names[key] for key in keys)


def _show_approval(approval: Approval, policy: Policy) -> None:
    from survey.policies import APPLIED_BY, BY_COMMITMENT

    who = _departments(approval.departments, policy) or words("部门：文件未规定", "department: not in the document")
    applied = words("发起：", "applied for by: ") + words(*APPLIED_BY[approval.applied_by])
    promised = words("告知承诺：", "commitment: ") + words(*BY_COMMITMENT[approval.by_commitment])
    subject = words(approval.subject_zh, approval.subject_en)
    say(f"{approval.id}  {subject} · {who} · {applied} · {promised} · {approval.clause}")
    _source(approval)


def _show_form(form: Form) -> None:
    missing = "" if form.attached else " · " + words("文件未附", "not attached")
    say(f"{form.id}  {words(form.name_zh, form.name_en)} · {form.clause}{missing}")
    _source(form)
    for group in form.groups:
        fields = [_field(field) for field in form.fields if field.group == group.key]
        say(f"    {words(group.name_zh, group.name_en)}: " + words("；", "; ").join(fields))


def _field(field: FormField) -> str:
    options = "/".join(words(option.zh, option.en) for option in field.options)
    extra = [options, field.unit, words("必填", "required") if field.required else ""]
    said = words("，", ", ").join(part for part in extra if part)
    return words(field.label_zh, field.label_en) + (f" ({said})" if said else "")


def _show_provision(provision: Provision, policy: Policy) -> None:
    from survey.policies import MEASURES, PROVISIONS

    kind = words(*PROVISIONS[provision.kind])
    does = words("、", ", ").join(words(*MEASURES[key][1]) for key in provision.measures)
    who = _departments(provision.departments, policy)
    facts = [
        f"{provision.id}  {kind}: {words(provision.subject_zh, provision.subject_en)}",
        does,
        who,
        provision.clause,
    ]
    say(" · ".join(fact for fact in facts if fact))
    _source(provision)
