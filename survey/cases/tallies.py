"""Say what the figures of a county are made of: shares, spreads, times, tasks, and the totals of a group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

Both = tuple[str, str]
"""Chinese and English."""


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, both as numbers of things.

    Examples
    --------
    >>> Share(1, 4).value, Share(0, 0).value
    (0.25, None)
    """

    numerator: int
    denominator: int

    @property
    def value(self) -> float | None:
        """The share, 0 to 1; None where there is nothing to have a share of."""
        return self.numerator / self.denominator if self.denominator else None


@dataclass(frozen=True, slots=True)
class Spread:
    """How some numbers of half days lie; all None where ``count`` is 0.

    ``median`` is the mean of the middle two where their number is even; ``p90`` the least of them that at least nine
    tenths do not exceed (nearest rank), so it is a number that occurred.
    """

    count: int
    minimum: int | None = None
    median: float | None = None
    p90: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Times:
    """How many times there were, and how they went.

    Parameters
    ----------
    ended, ended_late
        Times whose end came; those of them after they were due.
    running, running_late, paused
        Times that wait now; those that run and were due before now; those that stand still, which are never late.
    void, void_late
        Times that were no longer needed (withdrawn, superseded); those of them that had run out before. They are told
        here and count nowhere else.
    limited
        Of ``ended``, ``running`` and ``paused`` those that are due at all: by the document's number, or by a date set.
    used
        Half days used by those that ended (see `half_days_used`).
    longest_open
        The most half days used so far by one that runs or stands still; None where none does.
    """

    ended: int
    ended_late: int
    running: int
    running_late: int
    paused: int
    void: int
    void_late: int
    limited: int
    used: Spread
    longest_open: int | None

    @property
    def overdue(self) -> Share:
        """The times that ended late or run late, of those that are due at all."""
        return Share(self.ended_late + self.running_late, self.limited)


@dataclass(frozen=True, slots=True)
class StageFigures:
    """The times of one rule for one utility.

    A document may give a stage several times (by the number of departments): each rule is counted for itself, so that
    ``half_days`` is the limit of all that is counted. It is None where the document gives no number (文件未规定, or
    ``same_day`` alone); ``departments`` are the keys of those who lead, empty where the document names nobody.
    """

    stage: str
    stage_words: Both
    rule: str
    document: str
    clause: str
    utility: str
    utility_words: Both
    departments: tuple[str, ...]
    departments_words: Both
    half_days: int | None
    same_day: bool
    times: Times


@dataclass(frozen=True, slots=True)
class Tasks:
    """What became of tasks: one utility in one turn of a case, counted once whatever happened to it how often.

    ``decided`` are those with a commitment that was signed and decided on, also where it was ``stopped`` later, which
    is told beside it; ``together`` those that once began works with another utility in the same trench.
    """

    judged: int
    offered: int
    signed: int
    decided: int
    stopped: int
    begun: int
    together: int

    @property
    def of_judged(self) -> Share:
        """Commitments signed and decided, of the tasks that were judged."""
        return Share(self.decided, self.judged)

    @property
    def of_offered(self) -> Share:
        """Commitments signed and decided, of the tasks that they were offered to."""
        return Share(self.decided, self.offered)

    @property
    def joint(self) -> Share:
        """Tasks that began works together, of those that began."""
        return Share(self.together, self.begun)


@dataclass(frozen=True, slots=True)
class Group:
    """The totals of the county, of a utility or of a department.

    Parameters
    ----------
    scope, key, words
        ``county utility department``; which one; its name. The utility ``""`` is the whole case, the department ``""``
        nobody that the document names.
    times
        Of all stages. Those of the utilities add up to the county's. A time that several departments lead counts for
        each of them, so the departments' do not.
    overdue_cases
        Cases with at least one overdue time of the group, of those with at least one that is due at all.
    tasks
        None for a department: a task belongs to a utility.
    cases, phases
        Cases that have a time or a task in the group, and how many stand in each of `survey.cases.words.PHASES`.
    """

    scope: str
    key: str
    words: Both
    times: Times
    overdue_cases: Share
    tasks: Tasks | None
    cases: int
    phases: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a county at a moment; stages in the order of a procedure, utilities and departments in theirs.

    ``decisions`` are the times of single departments inside parallel approval, of all utilities: each from the
    application (not before the stage began) to the decision, against the limit of the stage from there on.
    """

    policy: str
    now: datetime
    stages: tuple[StageFigures, ...]
    county: Group
    utilities: tuple[Group, ...]
    departments: tuple[Group, ...]
    decisions: tuple[StageFigures, ...]
