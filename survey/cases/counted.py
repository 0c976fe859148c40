"""Count the times of one case: what has ended is counted for good, what is open as of a moment."""

# ruff: noqa: TC003 - survey.cases.plain reads these types at run time

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import chain, takewhile
from typing import TYPE_CHECKING, NamedTuple

from survey.calendar import deadline, local
from survey.cases.department_times import clock_of, desks_of
from survey.cases.evolve import evolve
from survey.cases.state import Case, Clock
from survey.cases.words import SILENT_CLAUSE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from survey.calendar import Calendar
    from survey.cases.events import Event
    from survey.policies import Policy

MARKS = {
    "verdict_given": "judged",
    "commitment_offered": "offered",
    "commitment_signed": "signed",
    "commitment_decided": "decided",
    "commitment_stopped": "stopped",
    "construction_started": "begun",
}
"""What the events of a task are counted as."""


@dataclass(frozen=True, slots=True)
class Pause:
    """From when to when a time stood still; ``ended`` None: it still does."""

    begun: datetime
    ended: datetime | None = None


class CountedTime(NamedTuple):
    """One time of a case as figures count it.

    Parameters
    ----------
    departments
        Keys of those who lead the stage, or who decide; empty where the document names nobody.
    state
        ``ended running paused void``.
    limited, late
        Whether it is due at all; whether it ended after that, or runs and was due before now.
    used
        Half days used (`half_days_used`); 0 for a void one, which nobody asks it of.
    """

    case: str
    stage: str
    rule: str
    subject: str
    departments: tuple[str, ...]
    half_days: int | None
    same_day: bool
    document: str
    clause: str
    state: str
    limited: bool
    late: bool
    used: int


@dataclass(frozen=True, slots=True)
class OpenTime:
    """A time that still waits: what was used of it depends on the moment that asks."""

    clock: Clock
    departments: tuple[str, ...]
    pauses: tuple[Pause, ...]


@dataclass(frozen=True, slots=True)
class History:
    """What figures count of a case.

    Parameters
    ----------
    seq
        Number of the last event that was looked at; 0: none.
    utilities
        Of its tasks as it stands.
    ended, open
        Its times; `desks_ended`, `desks_open` those of departments inside parallel approval.
    tasks
        What happened to each task, by turn and utility.
    """

    id: str
    seq: int
    phase: str
    utilities: tuple[str, ...]
    ended: tuple[CountedTime, ...]
    open: tuple[OpenTime, ...]
    desks_ended: tuple[CountedTime, ...]
    desks_open: tuple[OpenTime, ...]
    tasks: Mapping[tuple[int, str], frozenset[str]]

    def times(self, policy: Policy, calendar: Calendar, now: datetime) -> list[CountedTime]:
        """Return its times as of ``now``."""
        return [*self.ended, *(counted(self.id, one, policy, calendar, now) for one in self.open)]

    def desks(self, policy: Policy, calendar: Calendar, now: datetime) -> list[CountedTime]:
        """Return the times of departments inside parallel approval as of ``now``."""
        return [*self.desks_ended, *(counted(self.id, one, policy, calendar, now) for one in self.desks_open)]


def steps_of(
    case_id: str, policy: str, events: Iterable[Event], now: datetime
) -> tuple[list[tuple[Case, Event]], Case]:
    """Return each event of a case with the state after it, and the last state; events after ``now`` are left out.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> steps_of("C1", "neixiang", [], datetime(2026, 12, 1, tzinfo=UTC))[0]
    []
    """
    moment, case, steps = local(now), Case(case_id, policy), []
    for event in events:
        if local(event.at) > moment:
            break
        case = evolve(case, event)
        steps.append((case, event))
    return steps, case


def history_of(steps: Sequence[tuple[Case, Event]], case: Case, policy: Policy, calendar: Calendar) -> History:
    """Return what a case tells.

    Parameters
    ----------
    steps
        Each of its events with the state after it.
    case
        The state after the last one.
    """
    pauses, leads = _pauses(steps), {stage.id: stage.lead for stage in policy.stages}
    times = [OpenTime(clock, leads.get(clock.rule, ()), pauses.get(clock.id, ())) for clock in case.clocks.values()]
    desks = [
        OpenTime(clock, desk.departments, pauses.get(clock.id, ()))
        for desk in desks_of(steps)
        if (clock := clock_of(desk, case, calendar)) is not None
    ]

    def ended(among: list[OpenTime]) -> tuple[CountedTime, ...]:
        # What has ended needs no moment: that of the last event stands for any later one.
        return tuple(
            counted(case.id, one, policy, calendar, one.clock.ended_at or one.clock.opened_at)
            for one in among
            if not one.clock.open
        )

    def still(among: list[OpenTime]) -> tuple[OpenTime, ...]:
        return tuple(one for one in among if one.clock.open)

    return History(
        case.id, case.seq, case.phase, tuple(case.tasks), ended(times), still(times), ended(desks), still(desks),
        _marks(steps),
    )  # fmt: skip


def _pauses(steps: Iterable[tuple[Case, Event]]) -> dict[str, tuple[Pause, ...]]:
    """Return when each time stood still."""
    found: dict[str, tuple[Pause, ...]] = {}
    for _, event in steps:
        clock = getattr(event.body, "clock", "")
        if event.body.kind == "clock_paused":
            found[clock] = (*found.get(clock, ()), Pause(event.at))
        elif event.body.kind == "clock_resumed":
            found[clock] = (*found[clock][:-1], Pause(found[clock][-1].begun, event.at))
    return found


def _marks(steps: Iterable[tuple[Case, Event]]) -> dict[tuple[int, str], frozenset[str]]:
    found: dict[tuple[int, str], frozenset[str]] = {}
    for case, event in steps:
        body = event.body
        if body.kind in MARKS:
            key = (case.turn, getattr(body, "utility", ""))
            joint = {"together"} if getattr(body, "together", ()) else set()
            found[key] = found.get(key, frozenset()) | {MARKS[body.kind]} | joint
    return found


def counted(case: str, one: OpenTime, policy: Policy, calendar: Calendar, now: datetime) -> CountedTime:
    """Return a time of a case as of ``now``."""
    clock = one.clock
    cite = next((cite for cite in clock.cites if cite.rule == clock.rule), None)
    late = clock.late if clock.status == "stopped" else is_late(clock, now)
    state = "void" if clock.void else "ended" if not clock.open else clock.status
    return CountedTime(
        case, clock.key, clock.rule, clock.subject, one.departments, clock.half_days, clock.same_day,
        cite.document if cite else policy.document, cite.clause if cite else SILENT_CLAUSE, state,
        clock.due is not None, late, 0 if clock.void else half_days_used(clock, one.pauses, calendar, now),
    )  # fmt: skip


def is_late(clock: Clock, now: datetime) -> bool:
    """Return whether a time runs and was due before now; one that stands still is never late."""
    return clock.status == "running" and clock.due is not None and local(now) > clock.due


def half_days_used(clock: Clock, pauses: tuple[Pause, ...], calendar: Calendar, now: datetime) -> int:
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
        When it stood still.

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
        not any(half.closes > one.begun and (one.ended is None or half.closes <= one.ended) for one in pauses)
        for half in halves
    )
