"""Say what can have happened to a time."""
# ruff: noqa: TC003 - survey.cases.plain reads these types at run time

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from survey.cases.bodies import EventBody


@dataclass(frozen=True, slots=True)
class ClockStarted(EventBody):
    """A time begins to run.

    ``due``, ``warn_at`` and ``escalate_at`` are fixed here, so that nothing later depends on the calendar of that day;
    None where the document gives no number and nobody set a date.
    """

    kind = "clock_started"
    words = ("开始计时", "time begins")
    of_clock = True
    clock: str
    rule: str
    key: str
    subject: str
    start_event: str
    end_event: str
    start: datetime
    due: datetime | None
    warn_at: datetime | None
    escalate_at: datetime | None
    half_days: int | None
    same_day: bool
    set_by_request: bool
    provisional: bool
    sentence_zh: str
    sentence_en: str


@dataclass(frozen=True, slots=True)
class ClockPaused(EventBody):
    """A time stands still; ``left`` half days are left, the running one included."""

    kind = "clock_paused"
    words = ("计时暂停", "time pauses")
    topics = ("kind:deficiency",)
    of_clock = True
    clock: str
    left: int


@dataclass(frozen=True, slots=True)
class ClockResumed(EventBody):
    """A time goes on with what was left of it."""

    kind = "clock_resumed"
    words = ("计时恢复", "time goes on")
    topics = ("kind:deficiency",)
    of_clock = True
    clock: str
    due: datetime
    warn_at: datetime | None
    escalate_at: datetime


@dataclass(frozen=True, slots=True)
class ClockStopped(EventBody):
    """A time ends: what it waited for has come (``late``: after it was due), or is no longer needed (``void``)."""

    kind = "clock_stopped"
    words = ("计时结束", "time ends")
    of_clock = True
    clock: str
    late: bool
    void: bool


@dataclass(frozen=True, slots=True)
class DeadlineWarned(EventBody):
    """Little is left of a time."""

    kind = "deadline_warned"
    words = ("临期预警", "warning before a time runs out")
    topics = ("measure:overdue_warning",)
    of_clock = True
    clock: str


@dataclass(frozen=True, slots=True)
class DeadlinePassed(EventBody):
    """A time has run out; the moment of the event is when it did."""

    kind = "deadline_passed"
    words = ("超时告警", "a time has run out")
    of_clock = True
    clock: str
    lead: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Escalated(EventBody):
    """A working day later it is still not done: those who coordinate are told."""

    kind = "escalated"
    words = ("超时上报", "told to those who coordinate")
    topics = ("kind:coordination", "measure:bulletin", "kind:supervision")
    of_clock = True
    clock: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClockRecounted(EventBody):
    """The holiday table changed after the fact: a time is due at another moment."""

    kind = "clock_recounted"
    words = ("重新计时", "time counted again")
    of_clock = True
    clock: str
    due: datetime
    warn_at: datetime | None
    escalate_at: datetime
    sentence_zh: str
    sentence_en: str
