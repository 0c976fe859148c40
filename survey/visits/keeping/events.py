"""Say what can have happened to a visit: one frozen body for each kind of event."""

# ruff: noqa: TC001, TC003 - survey.cases.plain reads these types at run time

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from survey.cases.bodies import EventBody
from survey.visits.schedules import Call, Day
from survey.visits.stops import Stop

OUTCOMES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "ok": ("符合", "as planned"),
        "not_ok": ("不符", "not as planned"),
        "value": ("实测值", "measured"),
        "open": ("未能核实", "could not be told"),
    }
)
"""What an answer to an item comes to."""


@dataclass(frozen=True, slots=True)
class Way:
    """The way to one call, or back from the last one of a day, as planned.

    Parameters
    ----------
    mode
        ``walk`` or ``drive``.
    seconds, metres
        Time and length.
    gap_m
        Metres of it along straight lines where no road is known.
    points
        Eastings and northings of the line, one after another (grid, metres): ``x y x y ...``.
    """

    mode: str
    seconds: float
    metres: float
    gap_m: float
    points: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class WaysOfDay:
    """The ways of a day: to each call, then back; None where one happens to be there already."""

    ways: tuple[Way | None, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A visit as planned.

    Parameters
    ----------
    title, cases
        What for.
    stops, days
        Calls name stops by their number.
    start, end
        Where one sets out and comes back to (grid, metres); empty: each day begins and ends at its first and last stop.
    ways
        Of each day; empty: not kept.
    asked
        What was asked for, plain values; the calendars of people are not kept.
    """

    title: str
    cases: tuple[str, ...]
    stops: tuple[Stop, ...]
    days: tuple[Day, ...]
    start: tuple[float, ...] = ()
    end: tuple[float, ...] = ()
    ways: tuple[WaysOfDay, ...] = ()
    asked: Mapping[str, Any] = field(default_factory=dict)

    @property
    def order(self) -> tuple[int, ...]:
        """Numbers of the stops in the order in which they are visited."""
        return tuple(dict.fromkeys(call.stop for day in self.days for call in day.calls))

    def calls_at(self, stop: int) -> tuple[tuple[Day, Call], ...]:
        """Return the calls at a stop with their days: several where no half day holds the stay."""
        return tuple((day, call) for day in self.days for call in day.calls if call.stop == stop)


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who came: name and organisation; ``key`` of the attendee, empty for one who was not called."""

    name: str
    organisation: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody found at an item.

    Parameters
    ----------
    id
        Made on the device, so that it is counted once however often it is sent.
    item
        Id of the item.
    outcome
        Of `OUTCOMES`.
    value, uncertainty, unit
        What was measured; None and empty where nothing was.
    photos
        Ids of photos, which are sent apart.
    note
        What else there is to say.
    taken_at
        By the clock of the device.
    x, y, accuracy_m
        Where it was taken, in the grid (metres); None: the device did not know.
    replaces
        Id of an earlier answer that this one corrects; both are kept.
    """

    id: str
    item: str
    outcome: str
    taken_at: datetime
    value: float | None = None
    uncertainty: float | None = None
    unit: str = ""
    photos: tuple[str, ...] = ()
    note: str = ""
    x: float | None = None
    y: float | None = None
    accuracy_m: float | None = None
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class VisitPlanned(EventBody):
    """The visit is planned."""

    kind = "visit_planned"
    words = ("踏勘已排定", "visit planned")
    plan: Plan


@dataclass(frozen=True, slots=True)
class VisitChanged(EventBody):
    """It is planned otherwise; who was invited must be invited again."""

    kind = "visit_changed"
    words = ("踏勘已变更", "visit changed")
    plan: Plan
    reason: str


@dataclass(frozen=True, slots=True)
class VisitInvited(EventBody):
    """Attendees, by key, were invited; ``sequence`` is that of their calendars."""

    kind = "visit_invited"
    words = ("已发邀请", "invited")
    attendees: tuple[str, ...]
    sequence: int


@dataclass(frozen=True, slots=True)
class VisitHeld(EventBody):
    """The visit took place; who was there."""

    kind = "visit_held"
    words = ("踏勘已进行", "visit held")
    present: tuple[Present, ...]


@dataclass(frozen=True, slots=True)
class ItemAnswered(EventBody):
    """An item was answered; ``planned``: the item is in the plan, ``late``: the minutes were out already."""

    kind = "item_answered"
    words = ("现场结果", "item answered")
    answer: Answer
    planned: bool
    late: bool


@dataclass(frozen=True, slots=True)
class VisitSigned(EventBody):
    """Somebody signed on site; ``picture`` is the id of the signature, made on the device."""

    kind = "visit_signed"
    words = ("现场签字", "signed")
    who: Present
    picture: str


@dataclass(frozen=True, slots=True)
class MinutesIssued(EventBody):
    """The minutes are out; ``upto`` is the number of the last event in them."""

    kind = "visit_minutes_issued"
    words = ("纪要已印发", "minutes issued")
    document: str
    upto: int


@dataclass(frozen=True, slots=True)
class VisitCancelled(EventBody):
    """It does not take place."""

    kind = "visit_cancelled"
    words = ("踏勘已取消", "visit cancelled")
    reason: str


EVENTS: Mapping[str, type[EventBody]] = {
    body.kind: body
    for body in (
        VisitPlanned, VisitChanged, VisitInvited, VisitHeld, ItemAnswered, VisitSigned, MinutesIssued, VisitCancelled,
    )
}  # fmt: skip
"""Every kind of event."""
