"""Hold where a case stands: what `survey.cases.evolve` makes of its events."""

# ruff: noqa: TC001, TC003 - survey.cases.plain reads these types at run time

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from survey.cases.records import Actor, Cite, Demand, Judgement, Measured


@dataclass(frozen=True, slots=True)
class Clock:
    """One time that runs, pauses or has ended; the fields of `survey.cases.events.ClockStarted`, and what came of it.

    Parameters
    ----------
    status
        ``running paused stopped``.
    opened_at
        When it was known to run; later than ``start`` where a stage counts from an earlier event.
    left
        Half days left while it is paused.
    """

    id: str
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
    opened_at: datetime
    cites: tuple[Cite, ...] = ()
    status: str = "running"
    warned: bool = False
    passed: bool = False
    escalated: bool = False
    left: int | None = None
    resumed: bool = False
    ended_at: datetime | None = None
    late: bool = False
    void: bool = False

    @property
    def next_at(self) -> datetime | None:
        """When it next warns, alarms or tells those who coordinate; None where it does no more."""
        if self.status != "running" or self.due is None:
            return None
        if not self.warned and self.warn_at is not None:
            return self.warn_at
        return self.due if not self.passed else None if self.escalated else self.escalate_at

    @property
    def open(self) -> bool:
        """Whether it still waits for something."""
        return self.status != "stopped"


@dataclass(frozen=True, slots=True)
class Milestone:
    """When something of the procedure came about (it takes effect at ``moment``), and by which event."""

    moment: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission of a task and what became of it."""

    id: str
    item: str
    departments: tuple[str, ...]
    applied_by: str
    status: str = "to_apply"
    department: str = ""
    opinion: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Breach:
    """What was laid beyond what was committed to."""

    rule: str
    quantity: str
    measured: float
    uncertainty: float
    limit: float


@dataclass(frozen=True, slots=True)
class Task:
    """What one utility has to do, and how far it is."""

    utility: str
    operator: str = ""
    status: str = "pushed"
    route: str = ""
    revision: int = 0
    judgement: Judgement | None = None
    commitment: str = ""
    committed: Judgement | None = None
    covers: tuple[str, ...] = ()
    approvals: Mapping[str, Permission] = field(default_factory=dict)
    openings: int = 0
    opened_at: datetime | None = None
    begun: bool = False
    together: tuple[str, ...] = ()
    as_built: Mapping[str, Measured] = field(default_factory=dict)
    measured_at: datetime | None = None
    breaches: tuple[Breach, ...] = ()
    ordered: bool = False
    papers: tuple[str, ...] = ()
    opinion: str | None = None
    tacit: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """Where a case stands.

    Parameters
    ----------
    seq, acted
        Number of the last event, and of the last that was not a clock's: a command conflicts only with the latter.
    at
        When the last event was; None before the first.
    papers
        Papers still owed.
    dates
        Dates that a request set, by clock key and subject (``"design_review:"``).
    milestones
        By name, those of a task as ``name:utility``.
    handled
        Ids of the commands that were carried out, each with its digest.
    """

    id: str
    policy: str
    seq: int = 0
    acted: int = 0
    at: datetime | None = None
    phase: str = "new"
    turn: int = 0
    project: str = ""
    channel: str = ""
    applicant: str = ""
    owner: str = ""
    agent: str = ""
    demands: tuple[Demand, ...] = ()
    form: Mapping[str, Any] = field(default_factory=dict)
    first_acceptor: Actor | None = None
    manager: str = ""
    manager_phone: str = ""
    papers: tuple[str, ...] = ()
    facts: frozenset[str] = frozenset()
    on_site: tuple[str, ...] = ()
    survey_at: datetime | None = None
    reason: str = ""
    score: int | None = None
    tasks: Mapping[str, Task] = field(default_factory=dict)
    clocks: Mapping[str, Clock] = field(default_factory=dict)
    dates: Mapping[str, datetime] = field(default_factory=dict)
    milestones: Mapping[str, Milestone] = field(default_factory=dict)
    handled: Mapping[str, str] = field(default_factory=dict)
    last_actor: str = ""

    def milestone(self, event: str, utility: str = "") -> Milestone | None:
        """Return when something came about, for a utility or for the whole case; None if it has not."""
        return self.milestones.get(f"{event}:{utility}" if utility else event) or self.milestones.get(event)

    @property
    def next_at(self) -> datetime | None:
        """When the clock next has something to do; None where nothing waits."""
        moments = [clock.next_at for clock in self.clocks.values() if clock.next_at is not None]
        silence = self.dates.get("design_review:")
        asked = self.phase in ("project", "working") and "design_answered" not in self.milestones
        if silence is not None and asked:
            moments.append(silence)
        return min(moments, default=None)

    @property
    def active(self) -> tuple[Task, ...]:
        """The tasks that still count: neither withdrawn nor outside the document."""
        return tuple(task for task in self.tasks.values() if task.status not in ("withdrawn", "outside"))
