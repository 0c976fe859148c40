"""Read when people are busy from their iCalendar files, and write the invitation to a visit (RFC 5545)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import icalendar
import recurring_ical_events

from geo.faults import BadInputError, Fault
from survey.calendar import BEIJING, local

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from survey.visits.schedules import Day, Schedule, Span
    from survey.visits.stops import Stop

MOST_BYTES = 5_000_000
"""A calendar of more is no calendar of one person."""
PRODID = "-//CoTrench//visits//ZH"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Whom an invitation goes to: name and address; ``required`` where somebody must come."""

    name: str
    address: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an invitation says besides the schedule.

    Parameters
    ----------
    visit
        Id of the visit; the UIDs are made of it.
    sequence
        0 for the first invitation, one more for each change: calendars replace the earlier one.
    host
        Name of the service the UIDs belong to, such as ``cotrench.neixiang.gov.cn``.
    title
        What the visit is for.
    organizer
        Who invites.
    attendees
        Who is invited.
    cancelled
        Whether it takes the earlier ones back.
    first_day
        Number of the first of its days: above 1 where it takes back days that a visit has no more.
    """

    visit: str
    sequence: int
    host: str
    title: str
    organizer: Mailbox
    attendees: tuple[Mailbox, ...]
    cancelled: bool = False
    first_day: int = 1


def busy_from_ics(data: bytes, begin: datetime, end: datetime) -> tuple[Span, ...]:
    r"""Return when the owner of a calendar is busy in a time, joined and in order, Beijing time.

    Parameters
    ----------
    data
        One or more calendars as a file holds them, UTF-8. Looked at are free/busy times (all but ``FREE``) and events
        with their repetitions; left out are events that are cancelled or marked as free (``TRANSPARENT``). A date
        without time is the whole day; a time without zone is read from Beijing's clock.
    begin, end
        The time that is asked about; what begins before or ends after it is cut to it.

    Raises
    ------
    BadInputError
        If it is no calendar, is larger than `MOST_BYTES`, an entry cannot be read, or one is repeated more often than
        every hour.

    Examples
    --------
    >>> text = "\r\n".join([
    ...     "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", "UID:1", "DTSTAMP:20261101T000000Z",
    ...     "DTSTART:20261201T010000Z", "DTEND:20261201T020000Z", "END:VEVENT", "END:VCALENDAR", ""])
    >>> found = busy_from_ics(text.encode(), datetime(2026, 12, 1), datetime(2026, 12, 2))
    >>> [moment.isoformat(timespec="minutes") for moment in found[0]]
    ['2026-12-01T09:00+08:00', '2026-12-01T10:00+08:00']
    """
    first, last = local(begin), local(end)
    if len(data) > MOST_BYTES:
        raise _unreadable(f"{len(data):,} B > {MOST_BYTES:,} B")
    spans: list[Span] = []
    try:
        calendars = icalendar.Calendar.from_ical(data, multiple=True)
        for calendar in calendars:
            if calendar.name != "VCALENDAR":
                raise _unreadable(str(calendar.name))
            spans += _free_busy(calendar)
            spans += _events(calendar, first, last)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError) as error:
        if isinstance(error, BadInputError):
            raise
        raise _unreadable(str(error)) from error
    if not calendars:
        raise _unreadable("BEGIN:VCALENDAR")
    return joined_spans((max(a, first), min(b, last)) for a, b in spans if a < last and b > first)


def joined_spans(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return times in order, those that touch or overlap as one.

    Examples
    --------
    >>> hours = [datetime(2026, 12, 1, hour) for hour in (9, 10, 11, 12)]
    >>> [len(joined_spans(spans)) for spans in ([hours[:2], hours[1:3]], [hours[:2], hours[2:]])]
    [1, 2]
    """
    found: list[Span] = []
    for first, last in sorted((first, last) for first, last in spans):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return tuple(found)


def _unreadable(why: str) -> BadInputError:
    return BadInputError([
        Fault("visit.calendar", "不是可读的日历文件（iCalendar）", "not a calendar that can be read (iCalendar)",
              "从日历软件重新导出 .ics", "export it again as .ics", value=why[:200])
    ])  # fmt: skip


def _free_busy(calendar: icalendar.Calendar) -> Iterator[Span]:
    for part in calendar.walk("VFREEBUSY"):
        lines = part.get("FREEBUSY", [])
        for line in lines if isinstance(lines, list) else [lines]:
            if str(line.params.get("FBTYPE", "BUSY")).upper() != "FREE":
                yield _moment(line.start), _moment(line.end)


def _events(calendar: icalendar.Calendar, first: datetime, last: datetime) -> Iterator[Span]:
    """Yield the events of a calendar, each repetition by itself, as far as they touch a time."""
    for part in calendar.walk():
        rules = part.get("RRULE", [])
        for rule in rules if isinstance(rules, list) else [rules]:
            _check_repetition(rule)
    for event in recurring_ical_events.of(calendar).between(first, last):
        taken = str(event.get("TRANSP", "OPAQUE")).upper() != "TRANSPARENT"
        if taken and str(event.get("STATUS", "CONFIRMED")).upper() != "CANCELLED":
            yield _moment(event.start), _moment(event.end)


def _check_repetition(rule: icalendar.vRecur) -> None:
    """Refuse a repetition of which one line stands for more events than a machine can write down."""
    is_fast = bool({str(one).upper() for one in rule.get("FREQ", [])} & {"SECONDLY", "MINUTELY"})
    within_hour = [rule.get(name, []) for name in ("BYMINUTE", "BYSECOND")]
    if is_fast or any(one < 1 for one in rule.get("INTERVAL", [1])) or any(len(some) > 1 for some in within_hour):
        raise _unreadable(f"repetition / 重复: {dict(rule)}")


def _moment(value: date | datetime) -> datetime:
    return local(value if isinstance(value, datetime) else datetime(value.year, value.month, value.day))  # noqa: DTZ001 - Beijing's clock is added by `local`


def invitation_ics(
    invitation: Invitation, schedule: Schedule, stops: Sequence[Stop], now: datetime, attendee: str = ""
) -> bytes:
    """Return the invitation to a visit: one event for each day, with all stops in its text.

    Parameters
    ----------
    invitation
        Who invites whom, and which version it is.
    schedule, stops
        Of `survey.visits.schedules`; stops without days give a calendar without events.
    now
        The moment it is made.
    attendee
        Key of the one whom it is for: only days on which a stop calls this one are in it; empty: all days.

    Notes
    -----
    The UID of a day is of the visit and the number of the day: a later invitation with a higher ``sequence`` replaces
    it, also where the date has changed. Where the new schedule has fewer days, the others are taken back by one that is
    ``cancelled`` and begins with their ``first_day``; it has no text, and needs no ``stops``.
    """
    made = icalendar.Calendar()
    made.add("prodid", PRODID)
    made.add("version", "2.0")
    made.add("method", "CANCEL" if invitation.cancelled else "REQUEST")
    made.add_component(_beijing())
    of_several = len(schedule.days) > 1
    for number, day in enumerate(schedule.days, start=invitation.first_day):
        if not (attendee and stops) or _is_called(attendee, day, stops):
            event = _event(invitation, number, day, now, of_several=of_several or number > 1)
            if not invitation.cancelled:
                event.add("description", "\n".join(_lines(schedule, day, stops)))
            made.add_component(event)
    written: bytes = made.to_ical()
    return written


def _is_called(attendee: str, day: Day, stops: Sequence[Stop]) -> bool:
    return any(one.key == attendee for call in day.calls for one in stops[call.stop].attendees)


def _event(
    invitation: Invitation, number: int, day: Day, now: datetime, *, of_several: bool
) -> icalendar.Event:  # fmt: skip
    """Return one day of an invitation, without its text."""
    event = icalendar.Event()
    event.add("uid", f"{invitation.visit}-{number}@{invitation.host}")
    event.add("sequence", invitation.sequence)
    event.add("status", "CANCELLED" if invitation.cancelled else "CONFIRMED")
    event.add("dtstamp", local(now).astimezone(UTC))
    for name, moment in (("dtstart", day.sets_out), ("dtend", day.back)):
        event.add(name, moment.replace(tzinfo=None, microsecond=0), parameters={"TZID": BEIJING.tzname(None)})
    title = invitation.title if "踏勘" in invitation.title else f"联合踏勘：{invitation.title}"
    event.add("summary", f"{title}（第 {number} 天）" if of_several else title)
    event.add("organizer", _address(invitation.organizer))
    for each in invitation.attendees:
        event.add("attendee", _invited(each))
    return event


def _lines(schedule: Schedule, day: Day, stops: Sequence[Stop]) -> Iterator[str]:
    numbers = {stop: number for number, stop in enumerate(schedule.order, start=1)}
    for call in day.calls:
        stop = stops[call.stop]
        who = "、".join(one.name for one in stop.attendees)
        what = "；".join(dict.fromkeys(item.do_zh for item in stop.items))
        named = f"{stop.name} " if stop.name else ""
        yield (
            f"{numbers[call.stop]}. {call.begins:%H:%M}–{call.leaves:%H:%M} {named}E {stop.x:.1f} N {stop.y:.1f} {what}"
            f"（到场：{who}）"
        )


def _beijing() -> icalendar.Timezone:
    """Return Beijing's clock: eight hours ahead, no summer time."""
    zone, standard = icalendar.Timezone(), icalendar.TimezoneStandard()
    zone.add("tzid", BEIJING.tzname(None))
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001 - the standard asks for a local time
    for name in ("tzoffsetfrom", "tzoffsetto"):
        standard.add(name, BEIJING.utcoffset(None))
    zone.add_component(standard)
    return zone


def _address(box: Mailbox) -> icalendar.vCalAddress:
    found = icalendar.vCalAddress(f"mailto:{box.address}")
    found.params["CN"] = icalendar.vText(box.name)
    return found


def _invited(box: Mailbox) -> icalendar.vCalAddress:
    found = _address(box)
    found.params["ROLE"] = icalendar.vText("REQ-PARTICIPANT" if box.required else "OPT-PARTICIPANT")
    found.params["PARTSTAT"] = icalendar.vText("NEEDS-ACTION")
    found.params["RSVP"] = icalendar.vText("TRUE")
    return found
