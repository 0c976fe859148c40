"""Plan a visit whole: its stops put in order and in time, the ways between them, and what is told beside it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from geo.faults import BadInputError, Fault, refuse
from survey.calendar import BEIJING, local
from survey.visits.dates import propose, said
from survey.visits.keeping.events import Plan, Way, WaysOfDay
from survey.visits.schedules import Errand, schedule_from
from survey.visits.travel import ASSUMED_FROM_M, travel_between

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from survey.calendar import Calendar
    from survey.programme.streets import Streets
    from survey.visits.county_data import VisitPace
    from survey.visits.dates import Blocker
    from survey.visits.schedules import Day, Schedule, Span
    from survey.visits.stops import Stop
    from survey.visits.travel import Leg, Travel

MOST_STOPS = 200
"""A visit of more stops is no visit: it comes in parts."""
POINT_DECIMALS = 2
"""Of the points of ways: centimetres are more than a centre line knows."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The county's roads as one travels on them.

    Parameters
    ----------
    streets
        Of `survey.programme.streets.streets_of`.
    classes, names
        Class and name of a road by its id, where they are known.
    """

    streets: Streets
    classes: Mapping[str, str | None] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wish:
    """How a visit is wanted.

    Parameters
    ----------
    title, cases
        What for.
    start, end
        Where one sets out and comes back to (grid, metres); None: one meets at the first stop, and parts at the last.
    mode
        Of `survey.visits.travel.MODES`.
    order
        Ids of stops as somebody has put them; empty: the order with least travel. A stop that is not named comes in
        where it costs least.
    day
        The day on which it begins; None: proposed.
    after
        Nothing before this moment; None: from now on.
    asked
        What was asked for, as it is kept with the plan.
    """

    title: str
    cases: tuple[str, ...] = ()
    start: tuple[float, float] | None = None
    end: tuple[float, float] | None = None
    mode: str = "any"
    order: tuple[str, ...] = ()
    day: date | None = None
    after: datetime | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Planned:
    """What came of planning a visit.

    Parameters
    ----------
    plan
        None where no time was found; ``blockers`` and ``nearest`` then say why and when.
    schedule
        That of the plan.
    least_travel_s
        Seconds on the way in the order with least travel, begun on the same day; None where no order was given.
    nearest
        The first schedule after the time, or without regard to the day that was asked for.
    faults
        What should be known about the plan: ways without a road, a day after the time, stops that are not there.
    zh, en
        All of this in a sentence.
    """

    plan: Plan | None
    schedule: Schedule | None
    least_travel_s: float | None
    blockers: tuple[Blocker, ...]
    nearest: Schedule | None
    faults: tuple[Fault, ...]
    zh: str
    en: str


def plan_visit(
    stops: Sequence[Stop], ground: Ground, pace: VisitPace, calendar: Calendar, busy: Mapping[str, Sequence[Span]],
    wish: Wish, now: datetime, due: datetime | None,
) -> Planned:  # fmt: skip
    """Return a visit planned.

    Parameters
    ----------
    stops
        Of `survey.visits.stops.stops_of`.
    ground, pace
        Roads and speeds.
    calendar
        Working time of the county.
    busy
        When people cannot come, by the key of the attendee.
    wish
        How it is wanted.
    now
        Nothing begins before it.
    due
        By when it must have been held; None: no time is set.

    Raises
    ------
    BadInputError
        There are more stops than `MOST_STOPS`; the day that was asked for is over or is not worked on.
    """
    if not stops:
        return nothing_to_visit()
    refuse(_count_faults(stops))
    travel = travel_between(
        [*((stop.x, stop.y) for stop in stops), wish.start, wish.end], ground.streets, ground.classes, pace, wish.mode
    )
    errand = Errand(stops, travel, calendar, busy)
    order, faults = _order(wish.order, stops, travel)
    free, errand = errand, replace(errand, order=order)
    begun = max(local(now), local(wish.after)) if wish.after is not None else local(now)
    try:
        found = _on_day(errand, wish.day, begun, due) if wish.day is not None else _proposed(errand, begun, due)
    except BadInputError as error:  # the calendar does not know which wish led out of it
        wished = "after" if wish.day is None else "day"
        raise BadInputError([fault.at(field=fault.field or wished) for fault in error.faults]) from None
    told = [*faults, *found.faults]
    if found.schedule is None:
        return replace(found, faults=tuple(told))
    least = None if order is None else _least_travel_s(free, found.schedule)
    plan = _plan(found.schedule, stops, travel, wish)
    told += _unconnected(plan, travel)
    return replace(found, plan=plan, least_travel_s=least, faults=tuple(told))


def nothing_to_visit() -> Planned:
    """Return what comes of planning where there is nothing to see."""
    fault = Fault(
        "visit.no_stops", "没有可看的地点", "there is nothing to visit", "选择办件、管线或现场，或在图上加点",
        "choose cases, routes or sites, or add a place on the map", field="cases",
    )  # fmt: skip
    return Planned(None, None, None, (), None, (fault,), fault.zh, fault.en)


def _count_faults(stops: Sequence[Stop]) -> Iterator[Fault]:
    if len(stops) > MOST_STOPS:
        yield Fault(
            "visit.too_many", f"共 {len(stops)} 个停留点，最多 {MOST_STOPS} 个",
            f"{len(stops)} stops, at most {MOST_STOPS}", "分几次踏勘", "make several visits", field="cases",
            value=len(stops),
        )  # fmt: skip


def _order(wanted: Sequence[str], stops: Sequence[Stop], travel: Travel) -> tuple[tuple[int, ...] | None, list[Fault]]:
    """Return the order that was given as numbers of stops, None where none was, and what is told about it."""
    at = {stop.id: number for number, stop in enumerate(stops)}
    unknown = [name for name in dict.fromkeys(wanted) if name not in at]
    faults = [
        Fault("visit.stop_gone", "这个停留点已不在行程中", "this stop is not in the visit any more", "核对停留点",
              "look at the stops again", feature=name, field="order")
        for name in unknown
    ]  # fmt: skip
    order = [at[name] for name in dict.fromkeys(wanted) if name in at]
    if not order:
        return None, faults
    for stop in range(len(stops)):
        if stop not in order:
            order.insert(_cheapest(stop, order, travel), stop)
    return tuple(order), faults


def _cheapest(stop: int, order: Sequence[int], travel: Travel) -> int:
    """Return where in an order a stop costs least travel; of equals the first."""
    seconds, count = travel.seconds, len(travel.seconds) - 2
    around = list(pairwise((count, *order, count + 1)))
    costs = [float(seconds[a, stop] + seconds[stop, b] - seconds[a, b]) for a, b in around]
    return costs.index(min(costs))


def _least_travel_s(free: Errand, schedule: Schedule) -> float:
    """Return the seconds on the way of the round with least travel, begun when a schedule begins, or of that itself.

    Each day of a visit sets out and ends at its places: only what is spread over days in the same way can be compared.
    """
    best = schedule_from(free, schedule.days[0].sets_out, turn=False)
    return schedule.travel_s if best is None else min(best.travel_s, schedule.travel_s)


def _on_day(errand: Errand, day: date, begun: datetime, due: datetime | None) -> Planned:
    """Return the schedule that begins on a day; refuse a day that is over or not worked on."""
    opens = datetime.combine(day, time(), BEIJING)
    if day < begun.date():
        raise _bad_day(day, "这一天已过", "that day is over")
    halves = [half for half in errand.calendar.halves(day) if half.closes > begun]
    if not halves:
        raise _bad_day(day, "这一天不上班，或已下班", "nobody works then, or not any more")
    schedule = schedule_from(errand, max(begun, opens))
    if schedule is None or schedule.days[0].on != day:
        zh, en = f"{day} 排不出：有人没空，或时间不够", f"no time on {day}: somebody is busy, or it is too short"
        return Planned(None, None, None, (), schedule, (), zh, en)
    faults = []
    if due is not None and schedule.ends is not None and schedule.ends > local(due):
        faults.append(
            Fault("visit.late", f"踏勘须在 {local(due):%Y-%m-%d %H:%M} 前完成",
                  f"the survey must be held by {local(due):%Y-%m-%d %H:%M}", "改早一些", "choose an earlier day",
                  field="day", value=str(day))
        )  # fmt: skip
    zh, en = said(schedule)
    return Planned(None, schedule, None, (), None, tuple(faults), zh, en)


def _bad_day(day: date, zh: str, en: str) -> BadInputError:
    return BadInputError([Fault("visit.day", zh, en, "换一天", "choose another day", field="day", value=str(day))])


def _proposed(errand: Errand, begun: datetime, due: datetime | None) -> Planned:
    found = propose(errand, begun, due)
    return Planned(None, found.schedule, None, found.blockers, found.alternative, (), found.zh, found.en)


def _plan(schedule: Schedule, stops: Sequence[Stop], travel: Travel, wish: Wish) -> Plan:
    ways = tuple(_ways(day, travel, len(stops)) for day in schedule.days)
    places = [() if place is None else (float(place[0]), float(place[1])) for place in (wish.start, wish.end)]
    return Plan(wish.title, wish.cases, tuple(stops), schedule.days, places[0], places[1], ways, wish.asked)


def _ways(day: Day, travel: Travel, count: int) -> WaysOfDay:
    return WaysOfDay(tuple(_way(travel.leg(one, other)) for one, other in _steps(day, count)))


def _steps(day: Day, count: int) -> list[tuple[int, int]]:
    """Return from where to where one goes on a day; the places at which it begins and ends come after the stops."""
    return list(pairwise([count, *(call.stop for call in day.calls), count + 1]))


def _way(leg: Leg | None) -> Way | None:
    if leg is None:
        return None
    points = tuple(round(float(number), POINT_DECIMALS) for xy in leg.line.coords for number in xy[:2])
    return Way(leg.mode, float(leg.seconds), float(leg.metres), float(leg.gap_m), points)


def _unconnected(plan: Plan, travel: Travel) -> Iterator[Fault]:
    """Yield what is told of stops that no road is known to; what lies between a road and a stop is told at the stop."""
    numbers = {stop: number for number, stop in enumerate(plan.order, start=1)}
    for day in plan.days:
        for one, stop in _steps(day, len(plan.stops))[:-1]:
            leg = travel.leg(one, stop)
            if leg is not None and not leg.connected and leg.metres > ASSUMED_FROM_M:
                yield Fault(
                    "visit.no_road", f"没有道路通到第 {numbers[stop]} 个点，按直线 {leg.metres:.0f} 米估算",
                    f"no road is known to stop {numbers[stop]}: a straight line of {leg.metres:.0f} m is assumed",
                    "补画道路中线", "draw the centre line of the road", feature=plan.stops[stop].id,
                    value=round(leg.metres, 1),
                )  # fmt: skip
