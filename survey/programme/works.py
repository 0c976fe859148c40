"""Say what a programme is made of: works with their windows, trenches they may share, roads they close, and terms."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from survey.programme.closures import Stretch

Break = tuple["date", "date"]
"""The first and the last day of a time in which nobody digs."""
WEEK_DAYS = 7


@dataclass(frozen=True, slots=True)
class Work:
    """One route to be dug.

    Attributes
    ----------
    id
        Id of the route; not empty, met once.
    start, end
        First and last day of the window.
    weeks
        Weeks of digging, at least 1.
    planned
        The day its operator wants to begin; None: the first day of the window.
    fixed
        The day it begins in any case; None where it may be moved within its window.
    crew
        Who digs: works of one crew are held against its capacity. None: nobody that others share.
    roads
        Ids of the road stretches closed as long as it is dug.
    """

    id: str
    start: date
    end: date
    weeks: int
    planned: date | None = None
    fixed: date | None = None
    crew: str | None = None
    roads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SharedTrench:
    """A stretch that several works could dig as one.

    Attributes
    ----------
    id
        Id of the trench.
    members
        Ids of the works, two or more.
    saved_m
        Metres of digging saved where all of them meet. ``k`` of ``n`` members that meet save ``(k - 1) / (n - 1)`` of
        it: each of them would else dig the stretch once more.
    length_m
        Length of the trench, for people; None where it is not known.
    """

    id: str
    members: tuple[str, ...]
    saved_m: float
    length_m: float | None = None


@dataclass(frozen=True, slots=True)
class Weights:
    """What is worth how much: points, whole numbers from 0; a county's own judgement.

    Attributes
    ----------
    metre
        For a metre of digging saved.
    closed_week
        For a week in which a road stretch is closed, however many works close it.
    reopening
        For a trench that is opened once more than needed.
    moved_week
        For each week between the planned and the given start of a work.
    """

    metre: int = 10
    closed_week: int = 20
    reopening: int = 200
    moved_week: int = 1


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for all works.

    Attributes
    ----------
    breaks
        Times without digging (winter stop, long holidays): a week with a working day (Monday to Friday) in one is not
        dug, and does not count as a week of a work.
    longest_pause
        Weeks without digging that a begun work may be interrupted for: a holiday, not a winter.
    capacity
        Works that a crew digs at the same time, by crew; a crew that is not named has no limit.
    protected_until
        The last day on which a road must not be dug, by road.
    network, exits
        The road network whose closures of one week must not cut places off together (`survey.programme.closures`), and
        its ways out. What a stretch cuts off alone, it cuts off whenever it is closed: that hinders nothing.
    weights
        Points of the objective.
    yuan_per_metre
        What a metre of digging costs, for the sentences; None where the county states none.
    """

    breaks: tuple[Break, ...] = ()
    longest_pause: int = 2
    capacity: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    protected_until: Mapping[str, date] = field(default_factory=lambda: MappingProxyType({}))
    network: tuple[Stretch, ...] = ()
    exits: frozenset[str] = frozenset()
    weights: Weights = field(default_factory=Weights)
    yuan_per_metre: float | None = None


@dataclass(frozen=True, slots=True)
class Costs:
    """What a programme comes to.

    Attributes
    ----------
    saved_m
        Metres of digging saved.
    closed_weeks
        Weeks of closure, summed over the road stretches.
    reopenings
        Times that a trench is opened again.
    moved_weeks
        Weeks between planned and given starts, summed over the works.
    points
        The objective, to be small: unsaved metres, closures, reopenings and moves in the county's weights.
    """

    saved_m: float
    closed_weeks: int
    reopenings: int
    moved_weeks: int
    points: int
