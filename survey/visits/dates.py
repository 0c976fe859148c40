"""Propose when a visit takes place: within the county's time, when everybody can come; else say who blocks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from survey.calendar import PARTS, local
from survey.visits.rounds import MOST_EXACT
from survey.visits.schedules import schedule_from

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from survey.calendar import HalfDay
    from survey.cases.records import Cite
    from survey.cases.state import Case
    from survey.visits.rounds import Round
    from survey.visits.schedules import Errand, Schedule

MOST_HALVES = 40
"""Half days that a visit may begin with: a month of working days."""
PATIENCE_S = 900.0
"""Seconds of waiting for people that are taken for an earlier date."""
SURVEYED = "survey_done"
"""The event that ends the time within which a survey must have been held."""


@dataclass(frozen=True, slots=True)
class Due:
    """By when the survey of which case must have been held, and by which clauses."""

    at: datetime
    case: str
    cites: tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class Blocker:
    """Somebody without whose appointments the visit would be possible in time."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """When a visit takes place.

    Parameters
    ----------
    schedule
        Within the time; None: there is no such.
    blockers
        Those who alone stand in the way; empty where only several together do, or nobody.
    alternative
        The first schedule after the time; None where ``schedule`` is given, or two months hold none.
    zh, en
        All of this in a sentence.
    """

    schedule: Schedule | None
    blockers: tuple[Blocker, ...]
    alternative: Schedule | None
    zh: str
    en: str


def due_of(cases: Iterable[Case]) -> Due | None:
    """Return the first moment by which one of some cases must have had its survey; None: 文件未规定, or it is over.

    The times are those that run in the case, counted when they began. Of equal moments it is that of the first case by
    id.

    >>> due_of([]) is None
    True
    """
    dues = [
        Due(clock.due, case.id, clock.cites) for case in cases for clock in case.clocks.values()
        if clock.open and clock.end_event == SURVEYED and clock.due is not None
    ]  # fmt: skip
    return min(dues, key=lambda one: (one.at, one.case), default=None)


def propose(errand: Errand, now: datetime, due: datetime | None) -> Proposal:
    """Return when a visit takes place.

    Parameters
    ----------
    errand
        What is scheduled.
    now
        The visit begins with a half day that opens after it.
    due
        Everybody is back by then; None: no time is set.

    Notes
    -----
    The half days that open in time are tried one after another, up to a month of working days. Fewest days are wanted,
    then no more waiting for people than a quarter of an hour, then the earliest begin; the first that has as few days
    as it would have with everybody free, and no such waiting, is taken.
    """
    begun, end = local(now), None if due is None else local(due)
    plain = errand.round()
    found = _best(errand, begun, end, plain)
    if found is not None:
        return Proposal(found, (), None, *said(found))
    blockers = tuple(_blockers(errand, begun, end, plain))
    after = _best(errand, begun if end is None else max(begun, end), None, plain)
    fits = bool(blockers) or _best(replace(errand, busy={}), begun, end, plain) is not None
    return Proposal(None, blockers, after, *_said_none(end, blockers, after, fits=fits))


def _best(errand: Errand, begun: datetime, end: datetime | None, plain: Round) -> Schedule | None:
    """Return the best schedule of all half days that a visit may begin with."""
    # A visit may need a day more where it begins in the afternoon: both halves of a day are looked at.
    free = [schedule_from(replace(errand, busy={}), half.opens, plain) for half in _first_day(errand, begun)]
    fewest = min((len(found.days) for found in free if found is not None), default=1)
    few = len(errand.stops) <= MOST_EXACT
    best: tuple[tuple[int, bool], HalfDay, Schedule] | None = None
    for half in _openings(errand, begun, end):
        found = schedule_from(errand, half.opens, plain, turn=few)
        if found is None or (end is not None and found.ends is not None and found.ends > end):
            continue
        rank = (len(found.days), found.waiting_s > PATIENCE_S)
        if best is None or rank < best[0]:
            best = (rank, half, found)
        if rank <= (fewest, False):
            break
    if best is None:
        return None
    return best[2] if few else schedule_from(errand, best[1].opens, plain)


def _first_day(errand: Errand, begun: datetime) -> list[HalfDay]:
    return list(islice(errand.calendar.opening_after(begun), len(PARTS)))


def _openings(errand: Errand, begun: datetime, end: datetime | None) -> Iterator[HalfDay]:
    for half in islice(errand.calendar.opening_after(begun), MOST_HALVES):
        if end is not None and half.opens >= end:
            return
        yield half


def _blockers(errand: Errand, begun: datetime, end: datetime | None, plain: Round) -> Iterator[Blocker]:
    names = {one.key: one.name for stop in errand.stops for one in stop.attendees}
    for key in sorted(names.keys() & errand.busy.keys()):
        if errand.busy[key]:
            others = {other: spans for other, spans in errand.busy.items() if other != key}
            if _best(replace(errand, busy=others), begun, end, plain) is not None:
                yield Blocker(key, names[key])


def said(found: Schedule) -> tuple[str, str]:
    """Return a schedule in a sentence, in Chinese and English."""
    if not found.days:
        return "没有停留点，不必踏勘", "there is no stop: no visit is needed"
    first, ends = found.days[0].sets_out, found.ends
    zh = f"{first:%Y-%m-%d %H:%M} 出发，{ends:%Y-%m-%d %H:%M} 返回，{len(found.order)} 个点，共 {len(found.days)} 天"
    en = f"sets out {first:%Y-%m-%d %H:%M}, back {ends:%Y-%m-%d %H:%M}: {len(found.order)} stops in {len(found.days)} d"
    if any(day.provisional for day in found.days):
        zh, en = f"{zh}（放假安排未公布，日期暂定）", f"{en} (provisional: the holidays are not announced yet)"
    return zh, en


def _said_none(
    end: datetime | None, blockers: tuple[Blocker, ...], after: Schedule | None, *, fits: bool
) -> tuple[str, str]:
    by = f"{end:%Y-%m-%d %H:%M}" if end else ""
    if blockers:
        names = [one.name for one in blockers]
        why = (f"{'、'.join(names)} 时间冲突（任一方调开即可）", f"{' or '.join(names)} would have to make time")
    elif not fits:
        why = ("时限内的工作时间不够", "the working time left is too short")
    else:
        why = ("多方时间冲突，调开一方不够", "several are busy, and one alone making time is not enough")
    later = ("之后一个月内也排不出", "nor is there any in the month after")
    if after is not None:
        zh, en = said(after)
        later = (f"最近可行：{zh}", f"nearest: {en}")
    before = (f"{by} 前" if by else "", f" by {by}" if by else "")
    return f"{before[0]}排不出：{why[0]}；{later[0]}", f"no time{before[1]}: {why[1]}; {later[1]}"
