"""Find when all parties of a trench could dig together: the overlap of their windows, or the smallest shift to one.

A trench takes ``needed`` days. Digging on days ``t`` to ``t + needed - 1`` asks each party that its window holds them,
if need be moved: earlier so that it begins on ``t``, or later so that it ends with them. The sum of all moves is a
piecewise linear function of ``t``; what forbids a day (today, limits of a window, how far one may be asked to move, a
protected road) forbids whole intervals of ``t``. So the least sum lies at an end of a window or of such an interval,
and trying these few days is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MEETS, SHIFT, NEVER, UNKNOWN = "meets", "shift", "never", "unknown"


@dataclass(frozen=True, slots=True)
class Window:
    """When a party means to work: first and last day; None where not stated.

    ``earliest`` and ``latest``: the days outside which its window cannot be moved; None: not stated.
    """

    route: str
    start: date | None
    end: date | None
    earliest: date | None = None
    latest: date | None = None

    @property
    def days(self) -> int | None:
        """Days of the window, both ends included; None where a date is not stated."""
        return None if self.start is None or self.end is None else (self.end - self.start).days + 1


@dataclass(frozen=True, slots=True)
class Shift:
    """By how many days a party's window would move: above 0 later, below 0 earlier."""

    route: str
    days: int


@dataclass(frozen=True, slots=True)
class Meeting:
    """When the parties could dig together.

    Parameters
    ----------
    state
        ``meets``: as planned; ``shift``: after the smallest shift; ``never``: not within what may be asked of anybody;
        ``unknown``: a date is not stated.
    needed_days
        Days that digging together takes, at most the shortest window; 0 where a date is not stated.
    overlap_days
        Days on which all windows lie and no road is closed to digging, from the day of looking on; 0 for none.
    first, last
        First and last day on which all could work, as planned or after the shift; None where there is none.
    shifts
        Who moves; empty where nobody has to.
    unknown, too_wide
        Routes that state no window, and those whose window is too wide to plan on.
    """

    state: str
    needed_days: int = 0
    overlap_days: int = 0
    first: date | None = None
    last: date | None = None
    shifts: tuple[Shift, ...] = ()
    unknown: tuple[str, ...] = ()
    too_wide: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Span:
    """A window in days, counted from any day: first and last, and the limits within which it may be moved."""

    start: int
    end: int
    earliest: int | None
    latest: int | None


def meeting_of(
    windows: Sequence[Window],
    closed: Iterable[tuple[date, date]],
    *,
    digging_days: int,
    on: date,
    longest_shift: int,
    widest: int,
) -> Meeting:
    """Return when the parties could dig together.

    Parameters
    ----------
    windows
        One of each route, in the order of their ids.
    closed
        First and last day of each time in which a road on the trench must not be dug.
    digging_days
        Days that digging together takes, at least 1; at most the shortest window counts.
    on
        Nothing is dug before this day.
    longest_shift
        Days that anybody may be asked to move.
    widest
        Days of the widest window that one can plan on.

    Examples
    --------
    >>> water = Window("W", date(2026, 3, 1), date(2026, 3, 31))
    >>> gas = Window("G", date(2026, 4, 10), date(2026, 5, 31))
    >>> found = meeting_of([gas, water], [], digging_days=7, on=date(2026, 1, 1), longest_shift=90, widest=1096)
    >>> found.state, found.first, [(one.route, one.days) for one in found.shifts]
    ('shift', datetime.date(2026, 4, 10), [('W', 16)])
    """
    unknown = tuple(window.route for window in windows if window.days is None)
    too_wide = tuple(window.route for window in windows if window.days is not None and window.days > widest)
    if unknown:
        return Meeting(UNKNOWN, unknown=unknown, too_wide=too_wide)
    spans = [_span(window) for window in windows]
    needed = min(max(digging_days, 1), *(span.end - span.start + 1 for span in spans))
    shut = [(first.toordinal(), last.toordinal()) for first, last in closed]
    common = max(on.toordinal(), *(span.start for span in spans)), min(span.end for span in spans)
    overlap = _open_days(*common, shut)
    choice = _least(spans, shut, needed, on.toordinal(), longest_shift)
    if choice is None:
        return Meeting(NEVER, needed, overlap, unknown=unknown, too_wide=too_wide)
    begin, moves = choice
    moved = [_Span(span.start + by, span.end + by, None, None) for span, by in zip(spans, moves, strict=True)]
    last = min(span.end for span in moved)
    last = min([last, *(first - 1 for first, _ in shut if first > begin)])
    shifts = tuple(Shift(window.route, by) for window, by in zip(windows, moves, strict=True) if by)
    return Meeting(
        SHIFT if shifts else MEETS, needed, overlap, date.fromordinal(begin), date.fromordinal(last), shifts, unknown,
        too_wide,
    )  # fmt: skip


def _span(window: Window) -> _Span:
    start, end = window.start or date.min, window.end or date.min
    limits = [None if day is None else day.toordinal() for day in (window.earliest, window.latest)]
    return _Span(start.toordinal(), end.toordinal(), *limits)


def _open_days(first: int, last: int, shut: Sequence[tuple[int, int]]) -> int:
    """Return how many days of a span are in none of the closed ones."""
    days, reached = 0, first
    for begin, end in sorted(shut):
        days += max(0, min(begin - 1, last) - reached + 1)
        reached = max(reached, end + 1)
    return days + max(0, last - reached + 1)


def _least(
    spans: Sequence[_Span], shut: Sequence[tuple[int, int]], needed: int, on: int, longest: int
) -> tuple[int, tuple[int, ...]] | None:
    """Return the day to begin and everybody's move: least sum, fewest who move, least brought forward.

    None where no day will do. Of equal days the earliest: to put a work off is easier than to bring it forward.
    """
    best = None
    for begin in _candidates(spans, shut, needed, on, longest):
        if begin < on or any(first <= begin + needed - 1 and begin <= last for first, last in shut):
            continue
        moves = tuple(_move(span, begin, needed) for span in spans)
        if all(_may(span, by, longest) for span, by in zip(spans, moves, strict=True)):
            brought_forward = sum(by for by in moves if by < 0)
            cost = sum(map(abs, moves)), sum(by != 0 for by in moves), -brought_forward, begin
            if best is None or cost < best[0]:
                best = cost, (begin, moves)
    return None if best is None else best[1]


def _candidates(
    spans: Sequence[_Span], shut: Sequence[tuple[int, int]], needed: int, on: int, longest: int
) -> set[int]:
    found = {on, *(last + 1 for _, last in shut), *(first - needed for first, _ in shut)}
    for span in spans:
        late = span.end - needed + 1
        found |= {span.start, late, span.start - longest, late + longest}
        if span.earliest is not None:
            found.add(span.earliest)
        if span.latest is not None:
            found.add(span.latest - needed + 1)
    return found


def _move(span: _Span, begin: int, needed: int) -> int:
    """Return the least move after which a window holds the days of digging."""
    return min(0, begin - span.start) + max(0, begin + needed - 1 - span.end)


def _may(span: _Span, by: int, longest: int) -> bool:
    """Return whether a window may be moved so; one that stays where it is always may."""
    early = by < 0 and span.earliest is not None and span.start + by < span.earliest
    late = by > 0 and span.latest is not None and span.end + by > span.latest
    return abs(by) <= longest and not early and not late


def shifted(window: Window, by: int) -> tuple[date, date] | None:
    """Return a window after a move of some days; None where it is not stated.

    Examples
    --------
    >>> shifted(Window("W", date(2026, 3, 1), date(2026, 3, 31)), 16)
    (datetime.date(2026, 3, 17), datetime.date(2026, 4, 16))
    """
    if window.start is None or window.end is None:
        return None
    return window.start + timedelta(days=by), window.end + timedelta(days=by)
