"""`cotrench deadline`: when a stage is due, every half day that was counted, and the latest moment to begin."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.language import both
from api.cli.policies import DEFAULT_POLICY, PolicyOption
from api.cli.reporting import answering, say, show_table, words
from geo.faults import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from survey.calendar import Calendar, Deadline
    from survey.policies.stages import Stage
    from survey.stage_times import StageTime

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
    from survey.stage_times import read_question, stage_times

    county = load_policy(policy)
    calendar = Calendar(working_time=county.defaults.working_time)
    with _named_as_options():
        asked = read_question(
            stage, start, by, dt.datetime.now(dt.UTC), departments=departments, utility=utility, facts=fact or (),
            fields=("from", "by"),
        )  # fmt: skip
        first, *others = stage_times(county, asked, calendar)
    say(f"{words(county.county_zh, county.county_en)} · {county.document} · {county.title}")
    _show_stage(first.stage)
    if not first.stage.timed:
        say("    " + words("文件未规定时限，不推算到期日。", "The document gives no time, so nothing is due."))
    else:
        _show_times(first, calendar)
    for other in others:
        _show_other(other)


@contextmanager
def _named_as_options() -> Iterator[None]:
    """Let what is wrong name the options of the command line."""
    try:
        yield
    except BadInputError as refused:
        faults = [fault.at(field=f"--{fault.field}") if fault.field else fault for fault in refused.faults]
        raise BadInputError(faults) from refused


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


def _show_times(found: StageTime, calendar: Calendar) -> None:
    """Print when it is due with all that was counted, and the latest moment to begin."""
    due, other, latest = found.due, found.other, found.latest
    if due is not None:
        say(words(due.sentence_zh, due.sentence_en))
        show_table(words("逐半日", "Half day by half day"), _columns(), _rows(due))
    if other is not None:
        say(words(f"另一读法：{other.sentence_zh}", f"the other reading: {other.sentence_en}"))
    if latest is not None:
        say(words(latest.sentence_zh, latest.sentence_en))
    kept, table = calendar.working_time, calendar.holidays
    say(words(f"读法：{kept.reading_zh}", f"reading: {kept.reading_en}."))
    say(words(f"办公时间：{kept.source_zh}。", f"office hours: {kept.source_en}."))
    say(words(f"节假日：{table.source_zh}，至{table.last}。", f"holidays: {table.source_en}, to {table.last}."))


def _show_other(found: StageTime) -> None:
    """Print in one line what else the document says of the same stage."""
    stage, due = found.stage, found.due
    told = words(f" · {due.due:%Y-%m-%d %H:%M}", f" · due {due.due:%Y-%m-%d %H:%M}") if due else ""
    subject = words(stage.subject_zh, stage.subject_en)
    say(
        words("同一阶段另有 ", "also said of this stage: ")
        + f"{stage.id}  {subject} · {stage.clause} · {_length(stage)}{told}"
    )


def _columns() -> Sequence[str]:
    return words("第几,日期,半日,办公时间,说明", "count,day,half,office hours,why").split(",")


def _rows(due: Deadline) -> list[tuple[object, ...]]:
    """Return the half days that were counted and what was skipped, in the order of time, as cells."""
    from survey.calendar import PARTS
    from survey.deadline_words import of_day
    from survey.stage_times import counted_rows

    return [
        (
            str(row.number or "–"),
            words(*of_day(row.on)),
            words(*PARTS[row.part]) if row.part else words("全天", "all day"),
            f"{row.opens:%H:%M}–{row.closes:%H:%M}" if row.opens else "",
            words(row.why_zh, row.why_en),
        )
        for row in counted_rows(due)
    ]


def _length(stage: Stage) -> str:
    from survey.deadline_words import of_length

    return words(*of_length(stage.half_days, same_day=stage.same_day))


def _event(key: str) -> str:
    from survey.policies.stages import EVENTS

    return words(*EVENTS[key])
