"""`cotrench deadline`: when a stage is due, every half day that was counted, and the latest moment to begin."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.language import both
from api.cli.policies import DEFAULT_POLICY, PolicyOption
from api.cli.reporting import answering, say, show_table, words
from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from survey.calendar import Calendar, Deadline
    from survey.policies import Policy
    from survey.policies.stages import Stage

commands = typer.Typer()


@commands.command(
    "deadline",
    help=both("一个阶段何时到期，逐个列出所计的半日", "When a stage is due, with every half day that was counted"),
)
@answering
def deadline(
    stage: Annotated[
        str,
        typer.Option(
            "--stage", metavar="S", help=both("阶段，如 parallel_approval", "Stage, such as parallel_approval")
        ),
    ],
    policy: PolicyOption = DEFAULT_POLICY,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="YYYY-MM-DDTHH:MM",
            help=both("起算时刻，北京时间（默认现在）", "The event that begins it, Beijing time; now if not said"),
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="YYYY-MM-DD",
            help=both(
                "要在此日（或此刻）前完成，最迟何时开始", "Latest moment to begin, to be done by this day or moment"
            ),
        ),
    ] = None,
    departments: Annotated[
        int | None,
        typer.Option(
            "--departments", min=1, metavar="N", help=both("涉及几个审批部门", "How many departments approve")
        ),
    ] = None,
    utility: Annotated[
        str | None, typer.Option("--utility", metavar="U", help=both("管线类别，如 power", "Utility, such as power"))
    ] = None,
    fact: Annotated[
        list[str] | None,
        typer.Option(
            "--fact", metavar="F", help=both("已知事实，如 prelaid，可重复", "A known fact, such as prelaid; repeat")
        ),
    ] = None,
) -> None:
    """Print when a stage of a county's procedure is due, or when it must begin."""
    from survey.calendar import Calendar
    from survey.policies import load_policy

    begun = None if start is None and by is not None else _moment(start, "--from")
    end = None if by is None else _moment(by, "--by", end_of_day=True)
    county = load_policy(policy)
    day = (begun or end or _moment(None, "--from")).date()
    known = _facts(fact or ())
    found = _stages(county, stage, day, departments, _utility(utility), known)
    calendar = Calendar(working_time=county.defaults.working_time)
    say(f"{words(county.county_zh, county.county_en)} · {county.document} · {county.title}")
    _show_stage(found[0])
    if not found[0].timed:
        say("    " + words("文件未规定时限，不推算到期日。", "The document gives no time, so nothing is due."))
    else:
        _show_times(found[0], begun, end, calendar)
    for other in found[1:]:
        _show_other(other, begun, calendar)


def _show_stage(stage: Stage) -> None:
    """Print what the document says of a stage: its time, from what to what, who leads, and how that was read."""
    say(f"{stage.id}  {words(stage.subject_zh, stage.subject_en)} · {stage.clause} · {_length(stage)}")
    if stage.quote:
        say(f"    「{stage.quote}」")
    say("    " + words(f"依据：{stage.evidence_zh}", f"evidence: {stage.evidence_en}"))
    if stage.confidence == "medium":
        say("    " + words("取自流程图，按框的位置配对，可信度中等", "read from a diagram by the place of its boxes"))
    if stage.start_event and stage.end_event:
        inferred = words("（文件未写明，推定）", " (inferred: the document names none)") if stage.start_inferred else ""
        first, last = _event(stage.start_event), _event(stage.end_event)
        say("    " + words(f"自“{first}”{inferred}至“{last}”", f"from “{first}”{inferred} to “{last}”"))
    say("    " + words(f"牵头：{stage.lead_zh}", f"lead: {stage.lead_en}"))


def _show_times(stage: Stage, begun: dt.datetime | None, end: dt.datetime | None, calendar: Calendar) -> None:
    """Print when it is due with all that was counted, and the latest moment to begin."""
    from survey.calendar import deadline as due_of
    from survey.calendar import latest_start, other_reading

    if begun is not None:
        due = due_of(begun, stage.half_days, same_day=stage.same_day, calendar=calendar)
        if due is not None:
            say(words(due.sentence_zh, due.sentence_en))
            show_table(words("逐半日", "Half day by half day"), _columns(), _rows(due))
            other = other_reading(due, calendar)
            if other is not None:
                say(words(f"另一读法：{other.sentence_zh}", f"the other reading: {other.sentence_en}"))
    if end is not None:
        latest = latest_start(end, stage.half_days, same_day=stage.same_day, calendar=calendar)
        if latest is not None:
            say(words(latest.sentence_zh, latest.sentence_en))
    kept, table = calendar.working_time, calendar.holidays
    say(words(f"读法：{kept.reading_zh}", f"reading: {kept.reading_en}."))
    say(words(f"办公时间：{kept.source_zh}。", f"office hours: {kept.source_en}."))
    say(words(f"节假日：{table.source_zh}，至{table.last}。", f"holidays: {table.source_en}, to {table.last}."))


def _show_other(stage: Stage, begun: dt.datetime | None, calendar: Calendar) -> None:
    """Print in one line what else the document says of the same stage."""
    from survey.calendar import deadline as due_of

    due = due_of(begun, stage.half_days, same_day=stage.same_day, calendar=calendar) if begun is not None else None
    told = words(f" · {due.due:%Y-%m-%d %H:%M}", f" · due {due.due:%Y-%m-%d %H:%M}") if due else ""
    subject = words(stage.subject_zh, stage.subject_en)
    say(
        words("同一阶段另有 ", "also said of this stage: ")
        + f"{stage.id}  {subject} · {stage.clause} · {_length(stage)}{told}"
    )


def _columns() -> Sequence[str]:
    return words("第几,日期,半日,办公时间,说明", "count,day,half,office hours,why").split(",")


def _rows(due: Deadline) -> list[tuple[object, ...]]:
    """Return the half days that were counted and what was skipped, in the order of time."""
    from survey.calendar import PARTS
    from survey.deadline_words import of_day

    rows = []
    for number, half in enumerate(due.counted, 1):
        hours = f"{half.opens:%H:%M}–{half.closes:%H:%M}"
        note = words(half.note_zh, half.note_en)
        rows.append((half.opens, (str(number), words(*of_day(half.on)), words(*PARTS[half.part]), hours, note)))
    for day in due.skipped:
        part = words(*PARTS[day.part]) if day.part else words("全天", "all day")
        at = dt.datetime.combine(day.on, dt.time(), due.due.tzinfo)
        rows.append((at, ("–", words(*of_day(day.on)), part, "", words(day.reason_zh, day.reason_en))))
    return [row for _, row in sorted(rows, key=lambda row: row[0])]


def _length(stage: Stage) -> str:
    from survey.deadline_words import of_length

    return words(*of_length(stage.half_days, same_day=stage.same_day))


def _event(key: str) -> str:
    from survey.policies.stages import EVENTS

    return words(*EVENTS[key])


def _stages(
    county: Policy, asked: str, on: dt.date, departments: int | None, utility: str | None, facts: Collection[str]
) -> tuple[Stage, ...]:
    """Return what the document says of the stage, the strictest first; refuse a stage that it does not have."""
    in_force = [stage for stage in county.stages if stage.in_force(on)]
    named = tuple(stage for stage in in_force if stage.id == asked)
    if named:
        return named
    found = county.stages_for(asked, on, departments=departments, utility=utility, facts=facts)
    if found:
        return found
    alike = [stage for stage in in_force if stage.key == asked]
    raise BadInputError([_undecided(asked, alike) if alike else _unknown(county, asked, in_force, on)])


def _unknown(county: Policy, asked: str, stages: Sequence[Stage], on: dt.date) -> Fault:
    from survey.policies.stages import STAGES

    keys = dict.fromkeys(stage.key for stage in stages)
    if not keys:
        return Fault("stage.none", f"{county.county_zh}在{on}没有已录入的阶段",
                     f"no stage of {county.county_en} is entered for {on}",
                     field="--policy", value=county.id)  # fmt: skip
    zh, en = (
        "、".join(f"{key}（{STAGES[key][0]}）" for key in keys),
        ", ".join(f"{key} ({STAGES[key][1]})" for key in keys),
    )
    return Fault("stage.unknown", f"{county.county_zh}的文件没有这个阶段", f"{county.county_en} has no such stage",
                 f"可用：{zh}", f"use one of: {en}", field="--stage", value=asked)  # fmt: skip


def _undecided(asked: str, alike: Sequence[Stage]) -> Fault:
    zh = "；".join(f"{stage.id} {stage.subject_zh}" for stage in alike)
    en = "; ".join(f"{stage.id} {stage.subject_en}" for stage in alike)
    return Fault("stage.depends", f"这一阶段的时限视情况而定：{zh}", f"the time of this stage depends: {en}",
                 "用 --departments、--utility、--fact 说明情况，或用 --stage 直接写编号",
                 "say which with --departments, --utility or --fact, or give the id as --stage",
                 field="--stage", value=asked)  # fmt: skip


def _utility(word: str | None) -> str | None:
    from survey.utilities import unknown_utility, utility_key

    key = None if word is None else utility_key(word)
    if word is not None and key is None:
        raise BadInputError([unknown_utility(word).at(field="--utility")])
    return key


def _facts(given: Sequence[str]) -> Sequence[str]:
    from survey.policies.stages import FACTS

    known_zh = "、".join(f"{key}（{zh}）" for key, (zh, _) in FACTS.items())
    known_en = ", ".join(f"{key} ({en})" for key, (_, en) in FACTS.items())
    unknown = [word for word in given if word not in FACTS]
    if unknown:
        fault = Fault(
            "fact.unknown", "没有这个事实", "there is no such fact", f"可用：{known_zh}", f"use one of: {known_en}"
        )
        raise BadInputError([fault.at(field="--fact", value=word) for word in unknown])
    return given


def _moment(text: str | None, option: str, *, end_of_day: bool = False) -> dt.datetime:
    """Return a moment on Beijing's clock; now where none is given. A day alone is its end, or is refused.

    >>> _moment("2026-12-01T10:30", "--from").isoformat(), _moment("2026-12-01", "--by", end_of_day=True).hour
    ('2026-12-01T10:30:00+08:00', 23)
    """
    from survey.calendar import local

    if text is None:
        return local(dt.datetime.now(dt.UTC).replace(second=0, microsecond=0))
    alone = _is_day(text)
    try:
        if not alone:
            return local(dt.datetime.fromisoformat(text.strip()))
        if end_of_day:
            return local(dt.datetime.combine(dt.date.fromisoformat(text.strip()), dt.time.max))
    except (ValueError, OverflowError) as error:
        raise BadInputError([_no_moment("看不懂的时刻", "not a moment", option, text)]) from error
    zh, en = "缺少钟点，上午和下午的到期不同", "the time of day is missing; morning and afternoon differ"
    raise BadInputError([_no_moment(zh, en, option, text)])


def _no_moment(zh: str, en: str, option: str, text: str) -> Fault:
    mend = ("写成 2026-12-01T10:30", "write it as 2026-12-01T10:30")
    return Fault("moment.unreadable", zh, en, *mend, field=option, value=text)


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text.strip())
    except ValueError:
        return False
    return True
