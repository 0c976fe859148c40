"""Count what the cases of a county come to: times used against their limits, commitments, joint digs, overdue items.

Everything follows from the events, a calendar and ``now``; events after ``now`` are not looked at, so that the figures
of an earlier day can be had again. The shapes are in `survey.cases.tallies`, rows of a table in `figure_rows`.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass, replace
from itertools import chain, takewhile
from typing import TYPE_CHECKING

from survey.calendar import deadline, local
from survey.cases.department_times import clock_of, desks_of
from survey.cases.evolve import evolve
from survey.cases.projections import RECTIFICATION
from survey.cases.state import Case
from survey.cases.tallies import Figures, Group, Share, Spread, StageFigures, Tasks, Times
from survey.cases.words import PHASES, SILENT_CLAUSE
from survey.policies import STAGES
from survey.utilities import UTILITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from survey.calendar import Calendar
    from survey.cases.events import Event
    from survey.cases.state import Clock
    from survey.cases.tallies import Both
    from survey.policies import Policy

Pauses = tuple["tuple[datetime, datetime | None]", ...]
WHOLE_CASE: Both = ("整件", "the whole case")
"""The name of the utility ``""``: times that run for a case and not for one utility of it."""

SILENT: Both = (SILENT_CLAUSE, "not in the document")
"""The name of the department ``""``."""

_MARKS = {
    "verdict_given": "judged",
    "commitment_offered": "offered",
    "commitment_signed": "signed",
    "commitment_decided": "decided",
    "commitment_stopped": "stopped",
    "construction_started": "begun",
}


@dataclass(frozen=True, slots=True)
class _Time:
    case: str
    clock: Clock
    departments: tuple[str, ...]
    used: int


@dataclass(frozen=True, slots=True)
class History:
    """A case as it stands, when each of its times stood still, and what happened to each task (by turn and utility).

    ``desks`` are the times of departments inside parallel approval, each with those who decide.
    """

    case: Case
    pauses: Mapping[str, Pauses]
    tasks: Mapping[tuple[int, str], frozenset[str]]
    desks: tuple[tuple[Clock, tuple[str, ...]], ...] = ()


def figures(histories: Mapping[str, Iterable[Event]], policy: Policy, calendar: Calendar, now: datetime) -> Figures:
    """Return the figures of the cases of a county.

    Parameters
    ----------
    histories
        The events of each case by its id, in order. A case without an event by ``now`` is not counted.
    policy
        The county's: who leads a stage, and the names.
    calendar, now
        Working time; the moment that running times are held against.

    Raises
    ------
    BadInputError
        If the holiday table does not cover the days between a beginning and an end.

    Examples
    --------
    >>> from datetime import datetime
    >>> from survey.calendar import Calendar
    >>> from survey.policies import load_policy
    >>> none = figures({}, load_policy("wuzhi"), Calendar(), datetime(2026, 12, 1, 9))
    >>> none.stages, none.county.cases, none.county.times.overdue.value
    ((), 0, None)
    """
    told = [history_of(case, policy.id, events, calendar, now) for case, events in sorted(histories.items())]
    return figures_of(told, policy, calendar, now)


def figures_of(histories: Sequence[History], policy: Policy, calendar: Calendar, now: datetime) -> Figures:
    """Return the figures of cases whose events were read by `history_of`; all else as `figures`."""
    moment = local(now)
    told = [one for one in histories if one.case.seq]
    leads = {stage.id: stage.lead for stage in policy.stages}
    times = [
        _Time(one.case.id, clock, leads.get(clock.rule, ()), half_days_used(clock, pauses, calendar, moment))
        for one in told
        for clock in one.case.clocks.values()
        for pauses in (one.pauses.get(clock.id, ()),)
    ]
    return Figures(
        policy.id, moment, _stages(times, policy, moment),
        _group("county", "", (policy.county_zh, policy.county_en), told, times, moment),
        _utilities(told, times, moment), _departments(told, times, policy, moment),
        _decisions(told, policy, calendar, moment),
    )  # fmt: skip


def half_days_used(clock: Clock, pauses: Pauses, calendar: Calendar, now: datetime) -> int:
    """Return how many half days of working time lie between the beginning of a time and its end, or ``now``.

    They are counted as `survey.calendar.deadline` counts them, so that a time which was never paused and ends when it
    is due has used exactly its limit: the first is the first half day that the county's reading counts (the half day
    of the beginning is not counted, of limits beyond one half day perhaps the whole day), and a half day that has
    opened counts whole, however soon the end came. What ends by the opening of the first has used none.
    A limit of the same day is no number of half days: whether it was kept is told by the times that are late.

    Of a pause, the half days that close after it began and by its end are not counted: the half day in which it began
    was left, the one in which it ended is the first that counts again.

    Parameters
    ----------
    clock
        The time; its end is ``ended_at``, or ``now`` while it is open.
    pauses
        From when to when it stood still; None: it still does.

    Examples
    --------
    >>> from datetime import datetime
    >>> from survey.calendar import Calendar, local
    >>> from survey.cases.state import Clock
    >>> clock = Clock("C", "R", "connection", "water", "a", "b", local(datetime(2026, 9, 30, 15)), None, None, None, 1,
    ...               same_day=False, set_by_request=False, provisional=False, sentence_zh="", sentence_en="",
    ...               opened_at=local(datetime(2026, 9, 30, 15)))
    >>> half_days_used(clock, (), Calendar(), local(datetime(2026, 10, 8, 15)))
    2
    """
    end = clock.ended_at or now
    due = deadline(clock.start, clock.half_days or 1, calendar=calendar)
    if due is None or end <= due.counted[0].opens:  # a deadline of one half day or more is never None
        return 0
    first = due.counted[0]
    halves = takewhile(lambda half: half.opens < end, chain([first], calendar.opening_after(first.opens)))
    return sum(
        not any(half.closes > begun and (ended is None or half.closes <= ended) for begun, ended in pauses)
        for half in halves
    )


def spread(numbers: Sequence[int]) -> Spread:
    """Return how some numbers lie.

    >>> spread([4, 1, 2, 9])
    Spread(count=4, minimum=1, median=3.0, p90=9, maximum=9)
    >>> spread([]).median is None
    True
    """
    if not numbers:
        return Spread(0)
    ranked = sorted(numbers)
    rank = -(-9 * len(ranked) // 10)
    return Spread(len(ranked), ranked[0], float(statistics.median(ranked)), ranked[rank - 1], ranked[-1])


def history_of(case_id: str, policy: str, events: Iterable[Event], calendar: Calendar, now: datetime) -> History:
    """Return what the events of a case tell; those after ``now`` are not looked at."""
    now = local(now)
    case = Case(case_id, policy)
    pauses: dict[str, Pauses] = {}
    tasks: dict[tuple[int, str], frozenset[str]] = {}
    steps = []
    for event in events:
        if local(event.at) > now:
            break
        case, body = evolve(case, event), event.body
        steps.append((case, event))
        clock = getattr(body, "clock", "")
        if body.kind == "clock_paused":
            pauses[clock] = (*pauses.get(clock, ()), (event.at, None))
        elif body.kind == "clock_resumed":
            pauses[clock] = (*pauses[clock][:-1], (pauses[clock][-1][0], event.at))
        elif body.kind in _MARKS:
            key = (case.turn, getattr(body, "utility", ""))
            joint = {"together"} if getattr(body, "together", ()) else set()
            tasks[key] = tasks.get(key, frozenset()) | {_MARKS[body.kind]} | joint
    desks = tuple(
        (clock, desk.departments) for desk in desks_of(steps) if (clock := clock_of(desk, case, calendar)) is not None
    )
    return History(case, pauses, tasks, desks)


def _late(clock: Clock, now: datetime) -> bool:
    """Return whether a time ended after it was due, or runs and was due before now."""
    if clock.status == "stopped":
        return clock.late
    return clock.status == "running" and clock.due is not None and now > clock.due


def _times(times: Iterable[_Time], now: datetime) -> Times:
    every = list(times)
    void = [one.clock for one in every if one.clock.void]
    ended = [one for one in every if not one.clock.open and not one.clock.void]
    still = [one for one in every if one.clock.open]
    running = [one for one in still if one.clock.status == "running"]
    return Times(
        ended=len(ended),
        ended_late=sum(_late(one.clock, now) for one in ended),
        running=len(running),
        running_late=sum(_late(one.clock, now) for one in running),
        paused=len(still) - len(running),
        void=len(void),
        void_late=sum(clock.late for clock in void),
        limited=sum(one.clock.due is not None for one in (*ended, *still)),
        used=spread([one.used for one in ended]),
        longest_open=max((one.used for one in still), default=None),
    )


def _stages(times: Iterable[_Time], policy: Policy, now: datetime) -> tuple[StageFigures, ...]:
    """Return the times by stage, rule, limit and utility."""
    order = {key: number for number, key in enumerate(STAGES)}
    cells: dict[tuple[int, str, str, tuple[int, bool], int], list[_Time]] = {}
    for one in times:
        clock = one.clock
        limit = (-1 if clock.half_days is None else clock.half_days, clock.same_day)
        key = (order.get(clock.key, len(order)), clock.key, clock.rule, limit, _rank(clock.subject))
        cells.setdefault(key, []).append(one)
    return tuple(_cell(cells[key], policy, now) for key in sorted(cells))


def _decisions(
    histories: Sequence[History], policy: Policy, calendar: Calendar, now: datetime
) -> tuple[StageFigures, ...]:  # fmt: skip
    """Return the times of each department inside parallel approval, by department, rule and limit, of all utilities."""
    order = [*(one.key for one in policy.departments), ""]
    cells: dict[tuple[int, str, str, int, bool], list[_Time]] = {}
    for one in histories:
        for clock, departments in one.desks:
            used = half_days_used(clock, one.pauses.get(clock.id, ()), calendar, now)
            for key in departments or ("",):
                place = order.index(key) if key in order else len(order)
                limit = -1 if clock.half_days is None else clock.half_days
                cell = cells.setdefault((place, key, clock.rule, limit, clock.same_day), [])
                cell.append(_Time(one.case.id, clock, (key,) if key else (), used))
    return tuple(replace(_cell(cells[key], policy, now), utility="", utility_words=("", "")) for key in sorted(cells))


def _cell(times: Sequence[_Time], policy: Policy, now: datetime) -> StageFigures:
    clock, departments = times[0].clock, times[0].departments
    cite = next((cite for cite in clock.cites if cite.rule == clock.rule), None)
    names = [_department(key, policy) for key in departments or ("",)]
    return StageFigures(
        clock.key, STAGES.get(clock.key, RECTIFICATION), clock.rule, cite.document if cite else policy.document,
        cite.clause if cite else SILENT_CLAUSE, clock.subject, _utility(clock.subject), departments,
        ("、".join(zh for zh, _ in names), ", ".join(en for _, en in names)), clock.half_days, clock.same_day,
        _times(times, now),
    )  # fmt: skip


def _group(
    scope: str, key: str, words: Both, histories: Sequence[History], times: Sequence[_Time], now: datetime
) -> Group:
    """Return the totals of some times, and of all the tasks of some cases that belong to a utility (or to any)."""
    limited = [one for one in times if not one.clock.void and one.clock.due is not None]
    overdue = {one.case for one in limited if _late(one.clock, now)}
    phases = [one.case.phase for one in histories]
    tasks = [
        marks for one in histories for (_, utility), marks in one.tasks.items() if scope == "county" or utility == key
    ]
    return Group(
        scope, key, words, _times(times, now), Share(len(overdue), len({one.case for one in limited})),
        None if scope == "department" else _tasks(tasks), len(phases), {phase: phases.count(phase) for phase in PHASES},
    )  # fmt: skip


def _tasks(tasks: Sequence[frozenset[str]]) -> Tasks:
    def having(*marks: str) -> int:
        return sum(set(marks) <= task for task in tasks)

    return Tasks(
        judged=having("judged"), offered=having("offered"), signed=having("signed"), stopped=having("stopped"),
        decided=having("signed", "decided"), begun=having("begun"), together=having("together"),
    )  # fmt: skip


def _utilities(histories: Sequence[History], times: Sequence[_Time], now: datetime) -> tuple[Group, ...]:
    def concerned(key: str) -> Callable[[History], bool]:
        return lambda one: key in one.case.tasks or any(utility == key for _, utility in one.tasks)

    keys = {one.clock.subject for one in times} | {
        utility for one in histories for utility in (*one.case.tasks, *(utility for _, utility in one.tasks))
    }
    return tuple(
        _part("utility", key, _utility(key), histories, [one for one in times if one.clock.subject == key],
              concerned(key), now)
        for key in sorted(keys, key=_rank)
    )  # fmt: skip


def _departments(
    histories: Sequence[History], times: Sequence[_Time], policy: Policy, now: datetime
) -> tuple[Group, ...]:
    order = [*(one.key for one in policy.departments), ""]
    keys = {key for one in times for key in one.departments or ("",)}
    return tuple(
        _part("department", key, _department(key, policy), histories,
              [one for one in times if key in (one.departments or ("",))], lambda _: False, now)
        for key in sorted(keys, key=lambda key: (order.index(key) if key in order else len(order), key))
    )  # fmt: skip


def _part(
    scope: str, key: str, words: Both, histories: Sequence[History], times: Sequence[_Time],
    concerned: Callable[[History], bool], now: datetime,
) -> Group:  # fmt: skip
    """Return the totals of a part of the county: of cases with a time in it, or ``concerned`` otherwise."""
    cases = {one.case for one in times}
    return _group(scope, key, words, [one for one in histories if one.case.id in cases or concerned(one)], times, now)


def _rank(utility: str) -> int:
    """Return the place of a utility in the order of all; the whole case comes first."""
    return 0 if not utility else list(UTILITIES).index(utility) + 1


def _utility(key: str) -> Both:
    return (UTILITIES[key].zh, UTILITIES[key].en) if key else WHOLE_CASE


def _department(key: str, policy: Policy) -> Both:
    found = next(((one.name_zh, one.name_en) for one in policy.departments if one.key == key), None)
    return found or ((key, key) if key else SILENT)
