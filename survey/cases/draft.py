"""Collect the events that a command brings about, each upon the state that those before it leave."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from survey.calendar import local
from survey.cases import events as ev
from survey.cases.citing import cites
from survey.cases.clocks import clock_changes, due_next
from survey.cases.evolve import evolve
from survey.cases.records import Actor, Cite

if TYPE_CHECKING:
    from datetime import datetime

    from survey.calendar import Calendar
    from survey.cases.events import Event, EventBody
    from survey.cases.standing import Standing
    from survey.cases.state import Case, Task
    from survey.policies import Policy

SYSTEM = Actor("system", "system")
"""Who acts when the clock does."""


class Draft:
    """The events so far, and the state after them.

    Parameters
    ----------
    case, policy, calendar
        The state to begin with, the county's document, its working time.
    actor, command, digest
        Whom and what the events name.
    standing
        Of the operator that acts; None where nothing is known against it.
    """

    def __init__(
        self, case: Case, policy: Policy, calendar: Calendar, now: datetime, actor: Actor, command: str, digest: str,
        standing: Standing | None,
    ) -> None:  # fmt: skip
        self.case = case
        self.policy = policy
        self.calendar = calendar
        self.now = local(now)
        self.actor = actor
        self.command = command
        self.digest = digest
        self.standing = standing
        self.events: list[Event] = []

    def task(self, utility: str) -> Task:
        """Return a task as it stands now."""
        return self.case.tasks[utility]

    def say(self, body: EventBody) -> None:
        """Add an event of this command, now."""
        self._add(body, self.now, self.actor)

    def _add(self, body: EventBody, at: datetime, actor: Actor) -> None:
        event = ev.Event(
            self.case.seq + 1, at, actor, self.command, self.digest,
            _cites(self.case, self.policy, body, at), body,
        )  # fmt: skip
        self.events.append(event)
        self.case = evolve(self.case, event)

    def settle(self, at: datetime) -> None:
        """Bring the times in line with what has happened."""
        while changes := clock_changes(self.case, self.policy, self.calendar, at):
            for body in changes:
                self._add(body, at, SYSTEM)

    def catch_up(self) -> None:
        """Let the clock bring about all that is due by now, each thing at its own moment and in order."""
        while (found := due_next(self.case, self.now)) is not None:
            at, body = found
            self._add(self._addressed(body), at, SYSTEM)
            if isinstance(body, ev.DesignAnswered) and all(one.opinion is not None for one in self.case.active):
                self._add(ev.DesignClosed(), at, SYSTEM)
            self.settle(at)

    def _addressed(self, body: EventBody) -> EventBody:
        """Return an alarm with those it goes to: the stage's lead; later those who coordinate, as the document says."""
        if isinstance(body, ev.DeadlinePassed):
            rule = self.case.clocks[body.clock].rule
            lead = next((stage.lead for stage in self.policy.stages if stage.id == rule), ())
            return replace(body, lead=lead)
        if isinstance(body, ev.Escalated):
            coordination = (one.departments for one in self.policy.provisions if one.kind == "coordination")
            return replace(body, to=next(coordination, ())[:1])
        return body


def _cites(case: Case, policy: Policy, body: EventBody, at: datetime) -> tuple[Cite, ...]:
    """Return the clauses of an event: of what it names first, then of its kind."""
    on = local(at).date()
    topics = [f"rule:{one}" for one in _named(body)]
    if isinstance(body, ev.ApplicationFiled):
        topics.append(f"measure:{body.channel}")
    event = getattr(body, "event", "") or body.milestone
    topics += [*([f"event:{event}"] if event else []), *body.topics]
    if isinstance(body, ev.DesignAnswered) and body.tacit:
        topics = ["kind:tacit_consent"]
    known = _of_clocks(case, body, event)
    if known and not topics:
        return known
    found = cites(policy, topics, on)
    spoken = tuple(one for one in found if one.rule)
    return (*known, *(one for one in spoken if one not in known)) or found


def _of_clocks(case: Case, body: EventBody, event: str) -> tuple[Cite, ...]:
    """Return the clauses of the time that an event is about, or of those that it ends."""
    about = case.clocks.get(getattr(body, "clock", ""))
    if about is not None:
        return about.cites
    utility = getattr(body, "utility", "")
    ended = [clock for clock in case.clocks.values() if clock.open and clock.end_event == event]
    return tuple(dict.fromkeys(one for clock in ended if clock.subject in ("", utility) for one in clock.cites))


def _named(body: EventBody) -> tuple[str, ...]:
    """Return the rules that an event names itself."""
    match body:
        case ev.VerdictGiven():
            named = body.judgement.decisive
        case ev.ApprovalsOpened():
            named = tuple(one.id for one in body.needed)
        case ev.ApprovalsApplied():
            named = body.approvals
        case ev.ApprovalDecided() | ev.ApprovalReturned():
            named = (body.approval,)
        case ev.CommitmentOffered():
            named = body.covers
        case ev.CommitmentStopped():
            named = body.decisive
        case ev.BreachFound() | ev.ClockStarted():
            named = (body.rule,)
        case _:
            named = ()
    return named
