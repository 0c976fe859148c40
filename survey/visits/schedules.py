"""Put a round into office half days: when one arrives and leaves at each stop, on one day or on several."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING

from geo.faults import Fault, refuse
from survey.calendar import local
from survey.visits.rounds import next_opening, round_of, shortest_round

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from survey.calendar import Calendar, HalfDay
    from survey.visits.rounds import Round
    from survey.visits.stops import Stop
    from survey.visits.travel import Travel

MOST_DAYS = 60
"""Working days that a visit is looked for in."""
MINUTE_S = 60.0

Span = tuple[datetime, datetime]
"""From when until when somebody is busy; the end does not belong to it."""


@dataclass(frozen=True, slots=True)
class Call:
    """One stop in the schedule.

    ``stop`` is its number among the stops, ``way_s`` the seconds on the way to it; the visit runs from ``begins`` to
    ``leaves`` and everybody is there at ``begins``, later than ``arrives`` where lunch or an appointment is waited for;
    ``waits_s`` are the seconds of it that appointments alone cost.
    """

    stop: int
    way_s: float
    waits_s: float
    arrives: datetime
    begins: datetime
    leaves: datetime


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a visit: from the start place to the end place."""

    on: date
    sets_out: datetime
    calls: tuple[Call, ...]
    back: datetime
    provisional: bool


@dataclass(frozen=True, slots=True)
class Schedule:
    """A visit in time.

    Parameters
    ----------
    days
        One or more; none for a visit without stops.
    travel_s, waiting_s
        Seconds on the way, and seconds that are waited for people; lunch is no waiting.
    proven
        Whether no order has less travel, everybody being free at all times.
    """

    days: tuple[Day, ...]
    travel_s: float
    waiting_s: float
    proven: bool

    @property
    def order(self) -> tuple[int, ...]:
        """Numbers of the stops in the order in which they are visited."""
        return tuple(call.stop for day in self.days for call in day.calls)

    @property
    def ends(self) -> datetime | None:
        """When everybody is back; None without stops."""
        return self.days[-1].back if self.days else None


@dataclass(frozen=True, slots=True)
class Errand:
    """What is scheduled: stops, the ways between them, working time, and when people are busy.

    Parameters
    ----------
    stops
        In the order of the places of ``travel``.
    travel
        Between the stops, then the start place, then the end place.
    calendar
        Working time of the county.
    busy
        When people cannot come, by the key of the attendee.
    order
        Numbers of the stops as somebody has put them; None: the order with least travel is looked for.
    """

    stops: Sequence[Stop]
    travel: Travel
    calendar: Calendar
    busy: Mapping[str, Sequence[Span]]
    order: tuple[int, ...] | None = None

    def round(self) -> Round:
        """Return the order that was given, else the one with least travel."""
        stays = [stop.minutes * MINUTE_S for stop in self.stops]
        if self.order is None:
            return shortest_round(self.travel.seconds, stays)
        return round_of(self.travel.seconds, stays, self.order)

    def busy_at(self, stop: int) -> list[Span]:
        """Return when a stop cannot be visited because somebody who must come is busy, in the order of time."""
        spans = chain.from_iterable(self.busy.get(one.key, ()) for one in self.stops[stop].attendees)
        return sorted((local(first), local(last)) for first, last in spans)


def too_long(errand: Errand, on: date) -> list[Fault]:
    """Return a fault for every stop that no half day of a working day holds, with the way there and back."""
    halves = errand.calendar.halves(on)
    most = max(((half.closes - half.opens).total_seconds() for half in halves), default=0.0) / MINUTE_S
    return [
        Fault(
            "visit.too_long",
            f"停留 {stop.minutes:.0f} 分钟，半个工作日只有 {most:.0f} 分钟",
            f"it takes {stop.minutes:.0f} minutes, half a working day has {most:.0f}",
            "减少该点事项，或分两次踏勘",
            "leave items out, or visit it twice",
            feature=stop.id,
            field="minutes",
            value=round(stop.minutes),
        )
        for stop in errand.stops
        if stop.minutes > most
    ]


def schedule_from(
    errand: Errand, moment: datetime, plain: Round | None = None, *, turn: bool = True
) -> Schedule | None:
    """Return the schedule of a visit that sets out at the first office hour from a moment on.

    Parameters
    ----------
    plain
        The round with least travel, where it is known already.
    turn
        Whether another order is looked for where people are waited for.

    Returns
    -------
    Schedule or None
        Of the round with least travel; where people are waited for on it, of the one that ends first with their
        appointments, if it has fewer days or ends earlier. None where a stop finds no time within `MOST_DAYS`
        working days.

    Raises
    ------
    BadInputError
        If a stop takes longer than half a working day; each of them is named.
    """
    begun = local(moment)
    days = _days(errand.calendar, begun)
    first = next(days)
    refuse(too_long(errand, first[0].on))
    stays = [stop.minutes * MINUTE_S for stop in errand.stops]
    plain = plain or errand.round()
    free = _walked(errand, plain.order, begun, proven=plain.proven)
    if turn and errand.order is None and (free is None or free.waiting_s > 0.0):
        most = MOST_DAYS if free is None else len(free.days) + 1
        shut = [_shut(errand, stop, begun, most) for stop in range(len(stays))]
        other = shortest_round(errand.travel.seconds, stays, shut, earliest=True)
        tried = _walked(errand, other.order, begun, proven=False)
        if tried is not None and (free is None or _rank(tried) < _rank(free)):
            return tried
    return free


def _rank(schedule: Schedule) -> tuple[int, float, float]:
    ends = schedule.ends
    return len(schedule.days), ends.timestamp() if ends else 0.0, schedule.travel_s


def _days(calendar: Calendar, begun: datetime) -> Iterator[list[HalfDay]]:
    """Yield the half days of each working day from a moment on, what is left of the first one included."""
    on = begun.date()
    while True:
        halves = [half for half in calendar.halves(on) if half.closes > begun]
        if halves:
            yield halves
        on += timedelta(days=1)


def _shut(errand: Errand, stop: int, begun: datetime, days: int) -> list[tuple[float, float]]:
    """Return when a stop is shut within some working days: appointments, lunch, nights; in seconds from a moment."""
    spans = errand.busy_at(stop)
    before = begun
    for halves, _ in zip(_days(errand.calendar, begun), range(days), strict=False):
        for half in halves:
            spans.append((before, max(half.opens, before)))
            before = half.closes
    return [(max(0.0, (a - begun).total_seconds()), (b - begun).total_seconds()) for a, b in sorted(spans) if b > begun]


def _walked(errand: Errand, order: Sequence[int], begun: datetime, *, proven: bool) -> Schedule | None:
    """Return the schedule of an order, each day filled as far as it goes; None where a stop finds no day."""
    left, days = list(order), []
    for halves, _ in zip(_days(errand.calendar, begun), range(MOST_DAYS), strict=False):
        if not left:
            break
        day = _day(errand, left, halves, begun)
        if day is not None:
            days.append(day)
            left = left[len(day.calls) :]
    if left:
        return None
    waiting = sum(call.waits_s for day in days for call in day.calls)
    return Schedule(tuple(days), sum(_travel(errand, day) for day in days), waiting, proven)


def _day(errand: Errand, left: Sequence[int], halves: Sequence[HalfDay], begun: datetime) -> Day | None:
    """Return what of an order is visited on one day, in office hours, back at the end place before they close."""
    seconds, count = errand.travel.seconds, len(errand.stops)
    sets_out = now = max(halves[0].opens, begun)
    last, calls = count, []
    for stop in left:
        way = float(seconds[last, stop])
        arrives = now + timedelta(seconds=way)
        begins = _begins(errand, stop, arrives, halves, errand.busy_at(stop))
        leaves = None if begins is None else begins + timedelta(minutes=errand.stops[stop].minutes)
        if begins is None or leaves is None or leaves + _way(errand, stop) > halves[-1].closes:
            break
        free = _begins(errand, stop, arrives, halves, ()) or begins
        calls.append(Call(stop, way, (begins - free).total_seconds(), arrives, begins, leaves))
        now, last = leaves, stop
    if not calls:
        return None
    return Day(halves[0].on, sets_out, tuple(calls), now + _way(errand, last), halves[0].provisional)


def _way(errand: Errand, stop: int) -> timedelta:
    return timedelta(seconds=float(errand.travel.seconds[stop, len(errand.stops) + 1]))


def _begins(
    errand: Errand, stop: int, arrives: datetime, halves: Sequence[HalfDay], spans: Sequence[Span]
) -> datetime | None:
    """Return when a stop is visited after arriving: all of it in one half day and nobody busy; None: not this day."""
    stay_s = errand.stops[stop].minutes * MINUTE_S
    busy = [((a - arrives).total_seconds(), (b - arrives).total_seconds()) for a, b in spans]
    for half in halves:
        from_s = max(0.0, (half.opens - arrives).total_seconds())
        begin_s = next_opening(from_s, stay_s, busy)
        begins = arrives + timedelta(seconds=begin_s)
        if begins + timedelta(seconds=stay_s) <= half.closes:
            return begins
    return None


def _travel(errand: Errand, day: Day) -> float:
    return sum(call.way_s for call in day.calls) + _way(errand, day.calls[-1].stop).total_seconds()
