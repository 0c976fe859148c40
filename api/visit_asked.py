"""Read what a visit is asked to be from the body of a request, with every fault named at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from api import geojson
from api.errors import refused
from api.options import Options, invalid, unknown
from geo.faults import BadInputError
from survey.calendar import local
from survey.visits.county_data import known_visit_pace
from survey.visits.travel import MODES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.coordinates import Axes

LONGEST_NAME, LONGEST_NOTE = 200, 2_000
NUL = "\0"
"""No id has it: PostgreSQL cannot even look for one."""
MOST_IDS, MOST_PLACES, MOST_CALENDARS = 2_000, 200, 100
MOST_MINUTES = 10_000.0
MEMBERS = (
    "title", "cases", "routes", "sites", "due", "keep", "day", "after", "start", "end", "mode", "minutes", "add",
    "calendars", "order", "crs", "actor",
)  # fmt: skip
PLACE_MEMBERS = ("x", "y", "name", "note", "case")


@dataclass(frozen=True, slots=True)
class Place:
    """A place that somebody has put on the map (grid, metres); ``case``: where that case is, else a place by itself."""

    x: float
    y: float
    name: str = ""
    note: str = ""
    case: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a visit is asked to be.

    Attributes
    ----------
    title
        Empty: named after what is visited.
    due
        Whether all cases that wait for the survey are visited.
    keep
        Cases that are visited although nothing has to be seen there.
    tool_minutes, stop_minutes
        Minutes by tool, and by the id of a stop, where they are to be others.
    calendars
        iCalendar by the key of the attendee.
    plain
        All of it but the calendars, which are people's own: plain values, coordinates in the grid.
    """

    title: str
    cases: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    due: bool = False
    keep: tuple[str, ...] = ()
    day: date | None = None
    after: datetime | None = None
    start: tuple[float, float] | None = None
    end: tuple[float, float] | None = None
    mode: str = "any"
    tool_minutes: Mapping[str, float] = field(default_factory=dict)
    stop_minutes: Mapping[str, float] = field(default_factory=dict)
    places: tuple[Place, ...] = ()
    calendars: Mapping[str, bytes] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    plain: Mapping[str, Any] = field(default_factory=dict)


def asked_of(given: Mapping[str, Any], axes: Axes) -> Asked:
    """Return what a body asks for.

    Parameters
    ----------
    given
        The members of `MEMBERS`; all may be left out.
    axes
        In which its coordinates are written.

    Raises
    ------
    ProblemError
        With every fault of it.
    """
    reader = _Reader(given, axes)
    ids = {name: reader.ids(name) for name in ("cases", "routes", "sites", "keep", "order")}
    minutes = reader.minutes()
    tools = known_visit_pace().minutes
    start, end = reader.point("start"), reader.point("end")
    places, calendars = reader.places(), reader.calendars()
    title, mode = reader.title(), reader.mode()
    due, day, after = reader.options.flag("due"), reader.options.day("day"), reader.moment("after")
    reader.refuse()
    asked = Asked(
        title, ids["cases"], ids["routes"], ids["sites"], due, ids["keep"], day, after, start, end, mode,
        {name: value for name, value in minutes.items() if name in tools},
        {name: value for name, value in minutes.items() if name not in tools}, places, calendars, ids["order"],
    )  # fmt: skip
    return _with_plain(asked, given, minutes)


def _with_plain(asked: Asked, given: Mapping[str, Any], minutes: Mapping[str, float]) -> Asked:
    """Return what is asked with the plain values that are kept of it."""
    kept = {name: given[name] for name in ("cases", "routes", "sites", "keep", "order", "due", "day", "after", "mode")
            if given.get(name) is not None}  # fmt: skip
    plain: dict[str, Any] = {"title": asked.title, **kept, "crs": "grid"}
    plain |= {name: list(at) for name, at in (("start", asked.start), ("end", asked.end)) if at is not None}
    if minutes:
        plain["minutes"] = dict(minutes)
    if asked.places:
        plain["add"] = [
            {"x": one.x, "y": one.y, "name": one.name, "note": one.note, "case": one.case} for one in asked.places
        ]
    fields = {name: getattr(asked, name) for name in Asked.__slots__ if name != "plain"}
    return Asked(**fields, plain=plain)


class _Reader:
    """Reads the members of a body by kind and gathers what is wrong."""

    def __init__(self, given: Mapping[str, Any], axes: Axes) -> None:
        self._given, self._axes = given, axes
        self.options = Options(given)
        self._faults = [unknown(name, MEMBERS) for name in given if name not in MEMBERS]

    def refuse(self) -> None:
        """Refuse a body with faults."""
        faults = [*self.options.faults, *self._faults]
        if faults:
            raise refused(*faults)

    def title(self) -> str:
        return (self._text(self._given, "title", LONGEST_NAME, "title") or "").strip()

    def mode(self) -> str:
        value = self._given.get("mode")
        if value is None:
            return "any"
        if value not in MODES:
            self._wrong("mode", value, f"{'、'.join(MODES)} 之一", f"one of {', '.join(MODES)}")
            return "any"
        return str(value)

    def ids(self, name: str) -> tuple[str, ...]:
        value = self._given.get(name)
        if value is None:
            return ()
        fits = isinstance(value, list) and all(
            isinstance(one, str) and 0 < len(one) <= LONGEST_NAME and NUL not in one for one in value
        )
        if not fits or len(value) > MOST_IDS:
            self._wrong(
                name, value, f"编号的列表，至多 {MOST_IDS} 个，每个至多 {LONGEST_NAME} 个字",
                f"a list of ids, at most {MOST_IDS} of {LONGEST_NAME} characters",
            )  # fmt: skip
            return ()
        return tuple(dict.fromkeys(value))

    def point(self, name: str) -> tuple[float, float] | None:
        value = self._given.get(name)
        return None if value is None else self._place(value, name)

    def moment(self, name: str) -> datetime | None:
        value = self._given.get(name)
        if value is None:
            return None
        try:
            return local(datetime.fromisoformat(value))
        except (TypeError, ValueError):
            self._wrong(name, value, "时刻（如 2026-12-01T09:00）", "a moment such as 2026-12-01T09:00")
            return None

    def minutes(self) -> dict[str, float]:
        value = self._table("minutes")
        if len(value) > MOST_IDS or any(len(name) > LONGEST_NAME for name in value):
            self._wrong("minutes", len(value), "按工具或停留点编号的对象", "an object by tool or by the id of a stop")
            return {}
        options = Options(value)
        found = {
            str(name): options.number(name, 0.0, 0.0, MOST_MINUTES) for name, said in value.items() if said is not None
        }
        self._faults += [fault.at(field=f"minutes.{fault.field}") for fault in options.faults]
        return found

    def calendars(self) -> dict[str, bytes]:
        value, found = self._table("calendars"), {}
        if len(value) > MOST_CALENDARS:
            self._wrong("calendars", len(value), f"至多 {MOST_CALENDARS} 份日历", f"at most {MOST_CALENDARS} calendars")
        for key, text in value.items():
            if isinstance(text, str):
                found[key] = text.encode("utf-8", "surrogatepass")
            else:
                self._wrong(f"calendars.{key[:80]}", text, "iCalendar 文本", "text of an iCalendar file")
        return found

    def places(self) -> tuple[Place, ...]:
        value = self._given.get("add")
        if value is None:
            return ()
        if not isinstance(value, list) or len(value) > MOST_PLACES or not all(isinstance(one, dict) for one in value):
            self._wrong("add", value, f"地点的列表，至多 {MOST_PLACES} 个", f"a list of places, at most {MOST_PLACES}")
            return ()
        found = [self._added(one, f"add.{number}") for number, one in enumerate(value)]
        return tuple(one for one in found if one is not None)

    def _added(self, one: Mapping[str, Any], where: str) -> Place | None:
        self._faults += [unknown(f"{where}.{name}", PLACE_MEMBERS) for name in one if name not in PLACE_MEMBERS]
        limits = (("name", LONGEST_NAME), ("note", LONGEST_NOTE), ("case", LONGEST_NAME))
        texts = [self._text(one, name, most, f"{where}.{name}") or "" for name, most in limits]
        if NUL in texts[-1]:
            self._wrong(f"{where}.case", texts[-1], "办件编号", "the id of a case")
        at = self._place([one.get("x"), one.get("y")], where)
        return None if at is None else Place(*at, *texts)

    def _place(self, value: object, where: str) -> tuple[float, float] | None:
        try:
            shape = self._axes.place(geojson.read_geometry({"type": "Point", "coordinates": value}, ("Point",)))
        except BadInputError as error:
            self._faults += [fault.at(field=where) for fault in error.faults]
            return None
        return float(shape.x), float(shape.y)

    def _table(self, name: str) -> dict[str, Any]:
        value = self._given.get(name)
        if value is None or isinstance(value, dict):
            return value or {}
        self._wrong(name, value, "对象", "an object")
        return {}

    def _text(self, given: Mapping[str, Any], name: str, most: int, where: str) -> str | None:
        value = given.get(name)
        if value is None or (isinstance(value, str) and len(value) <= most):
            return value
        self._wrong(where, value, f"至多 {most} 个字的文字", f"text of {most} characters at most")
        return None

    def _wrong(self, name: str, value: object, zh: str, en: str) -> None:
        self._faults.append(invalid(name, zh, en, value))
