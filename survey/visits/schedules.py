"""Put a round into office half days: when one arrives and leaves at each stop, on one day or on several."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING

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
LEAST_PART_S = 1800.0
"""A part of a stay that goes on later is no shorter, or nobody would come for it."""

Span = tuple[datetime, datetime]
"""From when until when somebody is busy; the end does not belong to it."""


@dataclass(frozen=True, slots=True)
class Call:
    """One stop in the schedule, or a part of one that no half day holds.

    ``stop`` is its number among the stops, ``way_s`` the seconds on the way to it; the visit runs from ``begins`` to
    ``leaves`` and everybody is there at ``begins``, later than ``arrives`` where lunch or an appointment is waited for;
    ``waits_s`` are the seconds of it that appointments alone cost. A stay of several parts has a call for each, one
    after another.
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
        return tuple(dict.fromkeys(call.stop for day in self.days for call in day.calls))

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

    Notes
    -----
    A stay that no half day holds goes on after lunch and on the next days, in parts of `LEAST_PART_S` at least.
    """
    begun = local(moment)
    first = next(_days(errand.calendar, begun))
    most = _longest_s(errand, first[0].on)
    stays = [min(stop.minutes * MINUTE_S, most) for stop in errand.stops]
    plain = plain or errand.round()
    free = _walked(errand, plain.order, begun, proven=plain.proven)
    if turn and errand.order is None and (free is None or free.waiting_s > 0.0):
        days = MOST_DAYS if free is None else len(free.days) + 1
        shut = [_shut(errand, stop, begun, days) for stop in range(len(stays))]
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
    left, days = [(stop, errand.stops[stop].minutes * MINUTE_S) for stop in order], []
    for halves, _ in zip(_days(errand.calendar, begun), range(MOST_DAYS), strict=False):
        if not left:
            break
        calls, left = _calls(errand, left, halves, begun)
        if calls:
            back = calls[-1].leaves + _way(errand, calls[-1].stop)
            days.append(Day(halves[0].on, max(halves[0].opens, begun), tuple(calls), back, halves[0].provisional))
    if left:
        return None
    waiting = sum(call.waits_s for day in days for call in day.calls)
    return Schedule(tuple(days), sum(_travel(errand, day) for day in days), waiting, proven)


def _calls(
    errand: Errand, left: Sequence[tuple[int, float]], halves: Sequence[HalfDay], begun: datetime
) -> tuple[list[Call], list[tuple[int, float]]]:
    """Return the calls of one day, back at the end place before offices close; and which stays (seconds) are left."""
    seconds, longest = errand.travel.seconds, _longest_s(errand, halves[0].on)
    now, last, rest = max(halves[0].opens, begun), len(errand.stops), list(left)
    calls: list[Call] = []
    while rest:
        stop, stay_s = rest[0]
        way = float(seconds[last, stop])
        arrives = now + timedelta(seconds=way)
        call = None if stay_s > longest else _whole(errand, stop, stay_s, way, arrives, halves)
        made, rest_s = ([], stay_s) if call is None else ([call], 0.0)
        if stay_s > longest or (call is None and not calls and _never(errand, stop, stay_s, halves[0].on)):
            made, rest_s = _parts(errand, stop, stay_s, way, arrives, halves)
        calls, stay_s = calls + made, rest_s
        if stay_s > 0.0 or not made:  # a stay of no minutes is a stop all the same
            rest[0] = (stop, stay_s)
            break
        rest.pop(0)
        now, last = calls[-1].leaves, stop
    return calls, rest


def _whole(
    errand: Errand, stop: int, stay_s: float, way: float, arrives: datetime, halves: Sequence[HalfDay]
) -> Call | None:
    """Return a stay in one half day; None: not on this day."""
    begins = _begins(stay_s, arrives, halves, errand.busy_at(stop))
    leaves = None if begins is None else begins + timedelta(seconds=stay_s)
    if begins is None or leaves is None or leaves + _way(errand, stop) > halves[-1].closes:
        return None
    free = _begins(stay_s, arrives, halves, ()) or begins
    return Call(stop, way, (begins - free).total_seconds(), arrives, begins, leaves)


def _never(errand: Errand, stop: int, stay_s: float, on: date) -> bool:
    """Tell whether a stay fits no half day of a whole day although everybody is free, for the ways there and back."""
    halves, way = errand.calendar.halves(on), float(errand.travel.seconds[len(errand.stops), stop])
    arrives = halves[0].opens + timedelta(seconds=way)
    begins = _begins(stay_s, arrives, halves, ())
    return begins is None or begins + timedelta(seconds=stay_s) + _way(errand, stop) > halves[-1].closes


def _parts(
    errand: Errand, stop: int, stay_s: float, way: float, arrives: datetime, halves: Sequence[HalfDay]
) -> tuple[list[Call], float]:
    """Return the parts of a long stay that this day holds, and the seconds that are left of it.

    A half day in which somebody is busy is left out: a part is no place to come and go.
    """
    calls: list[Call] = []
    back, busy = _way(errand, stop), errand.busy_at(stop)
    for half in halves:
        begins = max(arrives, half.opens)
        closes = half.closes - back if half is halves[-1] else half.closes
        part_s = min((closes - begins).total_seconds(), stay_s)
        leaves = begins + timedelta(seconds=part_s)
        if part_s < min(LEAST_PART_S, stay_s) or any(a < leaves and b > begins for a, b in busy):
            continue
        calls.append(Call(stop, way, 0.0, arrives, begins, leaves))
        way, arrives, stay_s = 0.0, leaves, stay_s - part_s
        if stay_s <= 0.0:
            break
    return calls, stay_s


def _longest_s(errand: Errand, on: date) -> float:
    """Return the seconds of the longest half day of a working day."""
    return max((half.closes - half.opens).total_seconds() for half in errand.calendar.halves(on))


def _way(errand: Errand, stop: int) -> timedelta:
    return timedelta(seconds=float(errand.travel.seconds[stop, len(errand.stops) + 1]))


def _begins(stay_s: float, arrives: datetime, halves: Sequence[HalfDay], spans: Sequence[Span]) -> datetime | None:
    """Return when a stop is visited after arriving: all of it in one half day and nobody busy; None: not this day."""
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
