"""Count what the cases of a county come to: times used against their limits, commitments, joint digs, overdue items.

Everything follows from the events, a calendar and ``now``; events after ``now`` are not looked at, so that the figures
of an earlier day can be had again. The shapes are in `survey.cases.tallies`, rows of a table in `figure_rows`.
"""

from __future__ import annotations

import statistics
from dataclasses import replace
from typing import TYPE_CHECKING

from survey.calendar import local
from survey.cases.counted import half_days_used, history_of, steps_of
from survey.cases.projections import RECTIFICATION
from survey.cases.tallies import Figures, Group, Share, Spread, StageFigures, Tasks, Times
from survey.cases.words import PHASES, SILENT_CLAUSE
from survey.policies import STAGES
from survey.utilities import UTILITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from survey.calendar import Calendar
    from survey.cases.counted import CountedTime, History
    from survey.cases.events import Event
    from survey.cases.tallies import Both
    from survey.policies import Policy

__all__ = ["figures", "figures_of", "half_days_used", "spread"]

WHOLE_CASE: Both = ("整件", "the whole case")
"""The name of the utility ``""``: times that run for a case and not for one utility of it."""

SILENT: Both = (SILENT_CLAUSE, "not in the document")
"""The name of the department ``""``."""


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
    moment = local(now)
    told = []
    for case, events in sorted(histories.items()):
        steps, state = steps_of(case, policy.id, events, moment)
        told.append(history_of(steps, state, policy, calendar))
    return figures_of(told, policy, calendar, now)


def figures_of(histories: Sequence[History], policy: Policy, calendar: Calendar, now: datetime) -> Figures:
    """Return the figures of cases whose events were read by `history_of`; all else as `figures`."""
    moment = local(now)
    told = [one for one in histories if one.seq]
    times = [time for one in told for time in one.times(policy, calendar, moment)]
    desks = [time for one in told for time in one.desks(policy, calendar, moment)]
    return Figures(
        policy.id, moment, _stages(times, policy),
        _group("county", "", (policy.county_zh, policy.county_en), told, times),
        _utilities(told, times), _departments(told, times, policy), _decisions(desks, policy),
    )  # fmt: skip


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


def _times(times: Sequence[CountedTime]) -> Times:
    by_state: dict[str, list[CountedTime]] = {"ended": [], "running": [], "paused": [], "void": []}
    for one in times:
        by_state[one.state].append(one)
    ended, running, paused, void = by_state.values()
    still = [*running, *paused]
    return Times(
        ended=len(ended),
        ended_late=sum(one.late for one in ended),
        running=len(running),
        running_late=sum(one.late for one in running),
        paused=len(paused),
        void=len(void),
        void_late=sum(one.late for one in void),
        limited=sum(one.limited for one in (*ended, *still)),
        used=spread([one.used for one in ended]),
        longest_open=max((one.used for one in still), default=None),
    )


def _stages(times: Iterable[CountedTime], policy: Policy) -> tuple[StageFigures, ...]:
    """Return the times by stage, rule, limit and utility."""
    order = {key: number for number, key in enumerate(STAGES)}
    cells: dict[tuple[int, str, str, tuple[int, bool], int], list[CountedTime]] = {}
    for one in times:
        limit = (-1 if one.half_days is None else one.half_days, one.same_day)
        key = (order.get(one.stage, len(order)), one.stage, one.rule, limit, _rank(one.subject))
        cells.setdefault(key, []).append(one)
    return tuple(_cell(cells[key], policy) for key in sorted(cells))


def _decisions(desks: Iterable[CountedTime], policy: Policy) -> tuple[StageFigures, ...]:
    """Return the times of each department inside parallel approval, by department, rule and limit, of all utilities."""
    order = [*(one.key for one in policy.departments), ""]
    cells: dict[tuple[int, str, str, int, bool], list[CountedTime]] = {}
    for one in desks:
        for key in one.departments or ("",):
            place = order.index(key) if key in order else len(order)
            limit = -1 if one.half_days is None else one.half_days
            cell = cells.setdefault((place, key, one.rule, limit, one.same_day), [])
            cell.append(one._replace(departments=(key,) if key else ()))
    return tuple(replace(_cell(cells[key], policy), utility="", utility_words=("", "")) for key in sorted(cells))


def _cell(times: Sequence[CountedTime], policy: Policy) -> StageFigures:
    first = times[0]
    names = [_department(key, policy) for key in first.departments or ("",)]
    return StageFigures(
        first.stage, STAGES.get(first.stage, RECTIFICATION), first.rule, first.document, first.clause, first.subject,
        _utility(first.subject), first.departments,
        ("、".join(zh for zh, _ in names), ", ".join(en for _, en in names)), first.half_days, first.same_day,
        _times(times),
    )  # fmt: skip


def _group(scope: str, key: str, words: Both, histories: Sequence[History], times: Sequence[CountedTime]) -> Group:
    """Return the totals of some times, and of all the tasks of some cases that belong to a utility (or to any)."""
    limited = [one for one in times if one.state != "void" and one.limited]
    overdue = {one.case for one in limited if one.late}
    phases = [one.phase for one in histories]
    tasks = [
        marks for one in histories for (_, utility), marks in one.tasks.items() if scope == "county" or utility == key
    ]
    return Group(
        scope, key, words, _times(times), Share(len(overdue), len({one.case for one in limited})),
        None if scope == "department" else _tasks(tasks), len(phases), {phase: phases.count(phase) for phase in PHASES},
    )  # fmt: skip


def _tasks(tasks: Sequence[frozenset[str]]) -> Tasks:
    def having(*marks: str) -> int:
        return sum(set(marks) <= task for task in tasks)

    return Tasks(
        judged=having("judged"), offered=having("offered"), signed=having("signed"), stopped=having("stopped"),
        decided=having("signed", "decided"), begun=having("begun"), together=having("together"),
    )  # fmt: skip


def _utilities(histories: Sequence[History], times: Sequence[CountedTime]) -> tuple[Group, ...]:
    def concerned(key: str) -> Callable[[History], bool]:
        return lambda one: key in one.utilities or any(utility == key for _, utility in one.tasks)

    keys = {one.subject for one in times} | {
        utility for one in histories for utility in (*one.utilities, *(utility for _, utility in one.tasks))
    }
    return tuple(
        _part("utility", key, _utility(key), histories, [one for one in times if one.subject == key], concerned(key))
        for key in sorted(keys, key=_rank)
    )


def _departments(histories: Sequence[History], times: Sequence[CountedTime], policy: Policy) -> tuple[Group, ...]:
    order = [*(one.key for one in policy.departments), ""]
    keys = {key for one in times for key in one.departments or ("",)}
    return tuple(
        _part("department", key, _department(key, policy), histories,
              [one for one in times if key in (one.departments or ("",))], lambda _: False)
        for key in sorted(keys, key=lambda key: (order.index(key) if key in order else len(order), key))
    )  # fmt: skip


def _part(
    scope: str, key: str, words: Both, histories: Sequence[History], times: Sequence[CountedTime],
    concerned: Callable[[History], bool],
) -> Group:  # fmt: skip
    """Return the totals of a part of the county: of cases with a time in it, or ``concerned`` otherwise."""
    cases = {one.case for one in times}
    return _group(scope, key, words, [one for one in histories if one.id in cases or concerned(one)], times)


def _rank(utility: str) -> int:
    """Return the place of a utility in the order of all; the whole case comes first."""
    return 0 if not utility else list(UTILITIES).index(utility) + 1


def _utility(key: str) -> Both:
    return (UTILITIES[key].zh, UTILITIES[key].en) if key else WHOLE_CASE


def _department(key: str, policy: Policy) -> Both:
    found = next(((one.name_zh, one.name_en) for one in policy.departments if one.key == key), None)
    return found or ((key, key) if key else SILENT)
