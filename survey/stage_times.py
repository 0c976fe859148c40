"""Answer for one stage of a county: when it is due from a moment, and when it must begin to be done by one.

The one computation behind `cotrench deadline` and ``/api/policies/{id}/deadline``; what people write is read here too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, NamedTuple

from geo.faults import BadInputError, Fault
from survey.calendar import BEIJING, Calendar, deadline, latest_start, local, other_reading
from survey.policies.stages import FACTS, STAGES
from survey.utilities import unknown_utility, utility_key

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from survey.calendar import Deadline, LatestStart
    from survey.policies import Policy
    from survey.policies.stages import Stage


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a stage (its key, or the id of a rule): from when, to be done by when, and of what case."""

    stage: str
    begun: datetime | None
    end: datetime | None
    departments: int | None
    utility: str | None
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StageTime:
    """What one rule says: when it is due, that in the other reading, the latest start; None where nothing is due."""

    stage: Stage
    due: Deadline | None
    other: Deadline | None
    latest: LatestStart | None


class CountedRow(NamedTuple):
    """One half day that was counted (``number`` from 1), or a day or half of it that was not (None), and why."""

    number: int | None
    on: date
    part: str | None
    opens: datetime | None
    closes: datetime | None
    why_zh: str
    why_en: str


def read_question(
    stage: str,
    start: str | None,
    by: str | None,
    now: datetime,
    *,
    departments: int | None = None,
    utility: str | None = None,
    facts: Sequence[str] = (),
    fields: tuple[str, str] = ("from", "before"),
) -> Question:
    """Read what a person asked.

    Parameters
    ----------
    start, by
        Moments as text, Beijing time where no zone is written; ``by`` may be a day: its end. Without both: ``now``.
    utility, facts
        A utility by any of its words; keys of `FACTS`.
    fields
        What the two moments are called where they were asked, for the faults.

    Raises
    ------
    BadInputError
        With every fault: a moment that cannot be read or has no time of day, an unknown utility or fact.

    Examples
    --------
    >>> asked = read_question("acceptance", None, "2026-12-01", datetime(2026, 11, 30, 9), utility="给水")
    >>> asked.begun, asked.end.isoformat(timespec="minutes"), asked.utility
    (None, '2026-12-01T23:59+08:00', 'water')
    """
    faults: list[Fault] = []
    begun = None if start is None else _moment(start, fields[0], faults)
    end = None if by is None else _moment(by, fields[1], faults, end_of_day=True)
    key = None if utility is None else utility_key(utility)
    if utility is not None and key is None:
        faults.append(unknown_utility(utility))
    faults += [_unknown_fact(word) for word in facts if word not in FACTS]
    if faults:
        raise BadInputError(faults)
    if start is None and by is None:
        begun = local(now).replace(second=0, microsecond=0)
    return Question(stage, begun, end, departments, key, tuple(facts))


def stage_times(policy: Policy, asked: Question, calendar: Calendar) -> tuple[StageTime, ...]:
    """Return what the document says of the stage that was asked for, the strictest first.

    Raises
    ------
    BadInputError
        If the document has no such stage on that day, its time depends on what was not said, or the holiday table does
        not cover the days.

    Examples
    --------
    >>> from survey.policies import load_policy
    >>> asked = read_question("parallel_approval", "2026-11-30T10:00", None, datetime(2026, 11, 30), departments=2)
    >>> first = stage_times(load_policy("wuzhi"), asked, Calendar())[0]
    >>> first.stage.clause, first.due.due.isoformat(), first.other.due.isoformat(), first.latest
    ('三(四)3', '2026-12-01T17:30:00+08:00', '2026-12-01T12:00:00+08:00', None)
    """
    day = asked.begun or asked.end
    if day is None:
        message = "a question without a moment"
        raise ValueError(message)
    found = stages_asked(policy, asked.stage, day.date(), asked.departments, asked.utility, asked.facts)
    return tuple(_of_stage(stage, asked, calendar) for stage in found)


def _of_stage(stage: Stage, asked: Question, calendar: Calendar) -> StageTime:
    due = latest = None
    if asked.begun is not None:
        due = deadline(asked.begun, stage.half_days, same_day=stage.same_day, calendar=calendar)
    if asked.end is not None:
        latest = latest_start(asked.end, stage.half_days, same_day=stage.same_day, calendar=calendar)
    return StageTime(stage, due, None if due is None else other_reading(due, calendar), latest)


def counted_rows(due: Deadline) -> tuple[CountedRow, ...]:
    """Return the half days that were counted and what was skipped, in the order of time.

    >>> found = deadline(datetime(2026, 12, 4, 10), 1, calendar=Calendar())
    >>> [(row.number, row.on.day, row.part) for row in counted_rows(found)]
    [(None, 4, 'morning'), (1, 4, 'afternoon')]
    """
    rows = [
        (datetime.combine(day.on, time(), BEIJING),
         CountedRow(None, day.on, day.part, None, None, day.reason_zh, day.reason_en))
        for day in due.skipped
    ]  # fmt: skip
    rows += [
        (half.opens, CountedRow(number, half.on, half.part, half.opens, half.closes, half.note_zh, half.note_en))
        for number, half in enumerate(due.counted, 1)
    ]
    return tuple(row for _, row in sorted(rows, key=lambda row: row[0]))


def stages_asked(
    policy: Policy, asked: str, on: date, departments: int | None, utility: str | None, facts: Collection[str]
) -> tuple[Stage, ...]:
    """Return the rules of a stage that apply, the strictest first; refuse a stage that the document does not have."""
    in_force = [stage for stage in policy.stages if stage.in_force(on)]
    named = tuple(stage for stage in in_force if stage.id == asked)
    if named:
        return named
    found = policy.stages_for(asked, on, departments=departments, utility=utility, facts=facts)
    if found:
        return found
    alike = [stage for stage in in_force if stage.key == asked]
    raise BadInputError([_undecided(asked, alike) if alike else _unknown(policy, asked, in_force, on)])


def _unknown(policy: Policy, asked: str, stages: Sequence[Stage], on: date) -> Fault:
    keys = dict.fromkeys(stage.key for stage in stages)
    if not keys:
        return Fault("stage.none", f"{policy.county_zh}在{on}没有已录入的阶段",
                     f"no stage of {policy.county_en} is entered for {on}",
                     field="policy", value=policy.id)  # fmt: skip
    zh, en = (
        "、".join(f"{key}（{STAGES[key][0]}）" for key in keys),
        ", ".join(f"{key} ({STAGES[key][1]})" for key in keys),
    )
    return Fault("stage.unknown", f"{policy.county_zh}的文件没有这个阶段", f"{policy.county_en} has no such stage",
                 f"可用：{zh}", f"use one of: {en}", field="stage", value=asked)  # fmt: skip


def _undecided(asked: str, alike: Sequence[Stage]) -> Fault:
    zh = "；".join(f"{stage.id} {stage.subject_zh}" for stage in alike)
    en = "; ".join(f"{stage.id} {stage.subject_en}" for stage in alike)
    return Fault("stage.depends", f"这一阶段的时限视情况而定：{zh}", f"the time of this stage depends: {en}",
                 "用 departments、utility、fact 说明情况，或在 stage 直接写编号",
                 "say which with departments, utility or fact, or give the id as stage",
                 field="stage", value=asked)  # fmt: skip


def _unknown_fact(word: str) -> Fault:
    zh = "、".join(f"{key}（{zh}）" for key, (zh, _) in FACTS.items())
    en = ", ".join(f"{key} ({en})" for key, (_, en) in FACTS.items())
    return Fault("fact.unknown", "没有这个事实", "there is no such fact", f"可用：{zh}", f"use one of: {en}",
                 field="fact", value=word)  # fmt: skip


def _moment(text: str, field: str, faults: list[Fault], *, end_of_day: bool = False) -> datetime | None:
    """Return a moment on Beijing's clock; a day alone is its end, or a fault.

    >>> _moment("2026-12-01T10:30", "from", []).isoformat(), _moment("2026-12-01", "by", [], end_of_day=True).hour
    ('2026-12-01T10:30:00+08:00', 23)
    """
    alone = _is_day(text)
    if alone and not end_of_day:
        zh, en = "缺少钟点，上午和下午的到期不同", "the time of day is missing; morning and afternoon differ"
        faults.append(_no_moment(zh, en, field, text))
        return None
    try:
        if alone:
            return datetime.combine(date.fromisoformat(text.strip()), time.max, BEIJING)
        return local(datetime.fromisoformat(text.strip()))
    except (ValueError, OverflowError):
        faults.append(_no_moment("看不懂的时刻", "not a moment", field, text))
        return None


def _no_moment(zh: str, en: str, field: str, text: str) -> Fault:
    mend = ("写成 2026-12-01T10:30", "write it as 2026-12-01T10:30")
    return Fault("moment.unreadable", zh, en, *mend, field=field, value=text[:80])


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text.strip())
    except ValueError:
        return False
    return True
