"""Count working time: the one door of its rooms.

`survey.holidays` (which days are worked), `survey.office_hours` (when, as data of the county), `survey.half_days` (the
half days, one after another), `survey.deadlines` (when something is due, and back), `survey.deadline_words` (in words).
"""

from __future__ import annotations

from survey.deadlines import Deadline, LatestStart, Recount, Skipped, deadline, latest_start, other_reading, recount
from survey.half_days import Calendar, HalfDay, Remaining, local, remaining, working_half_days_between
from survey.holidays import Day, HolidayTable, known_holidays
from survey.office_hours import BEIJING, DEFAULT_WORKING_TIME, PARTS, WorkingTime

__all__ = [
    "BEIJING",
    "DEFAULT_WORKING_TIME",
    "PARTS",
    "Calendar",
    "Day",
    "Deadline",
    "HalfDay",
    "HolidayTable",
    "LatestStart",
    "Recount",
    "Remaining",
    "Skipped",
    "WorkingTime",
    "deadline",
    "known_holidays",
    "latest_start",
    "local",
    "other_reading",
    "recount",
    "remaining",
    "working_half_days_between",
]
