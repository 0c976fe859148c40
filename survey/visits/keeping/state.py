"""Make the state of a visit from its events; nothing is decided here and nothing refused."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TYPE_CHECKING, Any

from survey.visits.keeping import events as ev

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from survey.cases.events import Event
    from survey.visits.schedules import Day

STATES = {
    "new": ("未排定", "not planned"),
    "planned": ("已排定", "planned"),
    "invited": ("已邀请", "invited"),
    "held": ("已踏勘", "held"),
    "minuted": ("纪要已印发", "minutes issued"),
    "cancelled": ("已取消", "cancelled"),
}
"""Where a visit stands."""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it came in: by whom, when, and whether it was planned, late, or corrected by a later one."""

    answer: ev.Answer
    by: str
    at: datetime
    planned: bool
    late: bool
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed, the id of the picture, and when it came in."""

    who: ev.Present
    picture: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit and what came of it.

    Parameters
    ----------
    state
        Of `STATES`.
    seq, acted
        Number of the last event, and of the last that did not come from a device on site: what was entered there makes
        nobody late who plans or writes minutes.
    sequence
        Of the calendars that were sent last; -1: none yet.
    invited
        Keys of the attendees who know the plan as it stands.
    told
        The days that invitations have brought into calendars; later ones than the plan has are to be taken back.
    answers
        By the id of the answer, in the order in which they came in; none is ever taken away.
    minutes, upto
        Id of the document, and the number of the last event in it.
    handled
        Digest of each command by its id.
    """

    id: str
    state: str = "new"
    seq: int = 0
    acted: int = 0
    at: datetime | None = None
    last_actor: str = ""
    plan: ev.Plan | None = None
    sequence: int = -1
    invited: tuple[str, ...] = ()
    told: tuple[Day, ...] = ()
    present: tuple[ev.Present, ...] = ()
    answers: Mapping[str, Given] = field(default_factory=dict)
    signatures: tuple[Signature, ...] = ()
    minutes: str = ""
    upto: int = 0
    reason: str = ""
    handled: Mapping[str, str] = field(default_factory=dict)

    def answers_to(self, item: str) -> tuple[Given, ...]:
        """Return all answers to an item, side by side, those that were corrected among them."""
        return tuple(given for given in self.answers.values() if given.answer.item == item)

    def standing(self, item: str) -> tuple[Given, ...]:
        """Return the answers to an item that nobody has corrected, in the order in which they came in."""
        return tuple(given for given in self.answers_to(item) if not given.corrected)

    @property
    def dropped(self) -> tuple[Day, ...]:
        """Days that are in calendars and not in the plan any more."""
        return self.told[len(self.plan.days) :] if self.plan is not None else ()

    @property
    def disputed(self) -> tuple[str, ...]:
        """Items whose answers that still count do not agree: a person must look."""
        said: dict[str, set[tuple[str, float | None]]] = {}
        for given in self.answers.values():
            if not given.corrected:
                said.setdefault(given.answer.item, set()).add((given.answer.outcome, given.answer.value))
        return tuple(sorted(item for item, words in said.items() if len(words) > 1))

    @property
    def items(self) -> frozenset[str]:
        """Ids of the items of the plan."""
        return frozenset(item.id for stop in self.plan.stops for item in stop.items) if self.plan else frozenset()

    @property
    def called(self) -> tuple[str, ...]:
        """Keys of everybody whom the plan calls."""
        stops = self.plan.stops if self.plan else ()
        return tuple(sorted({one.key for stop in stops for one in stop.attendees}))


def replay(visit_id: str, events: Iterable[Event]) -> Visit:
    """Return the state after all events.

    >>> replay("V1", []).state
    'new'
    """
    return reduce(evolve, events, Visit(visit_id))


def evolve(visit: Visit, event: Event) -> Visit:
    """Return the state after one more event."""
    on_site = isinstance(event.body, (ev.ItemAnswered, ev.VisitSigned))
    return replace(
        _after(visit, event),
        seq=event.seq,
        acted=visit.acted if on_site else event.seq,
        at=event.at,
        last_actor=visit.last_actor if on_site else event.actor.name,
        handled={**visit.handled, event.command: event.digest},
    )


def _after(visit: Visit, event: Event) -> Visit:
    changes: dict[str, Any] = {}
    match event.body:
        case ev.VisitPlanned(plan):
            changes = {"state": "planned", "plan": plan}
        case ev.VisitChanged(plan, reason):
            changes = {"state": "planned", "plan": plan, "reason": reason, "invited": ()}
        case ev.VisitInvited(attendees, sequence):
            known = tuple(dict.fromkeys((*visit.invited, *attendees)))
            days = visit.plan.days if visit.plan is not None else ()
            told = (*days, *visit.told[len(days) :])
            changes = {"state": "invited", "invited": known, "sequence": sequence, "told": told}
        case ev.VisitHeld(present):
            changes = {"state": "held", "present": present}
        case ev.ItemAnswered():
            changes = {"answers": _answered(visit, event.body, event)}
        case ev.VisitSigned(who, picture):
            changes = {"signatures": (*visit.signatures, Signature(who, picture, event.at))}
        case ev.MinutesIssued(document, upto):
            changes = {"state": "minuted", "minutes": document, "upto": upto}
        case ev.VisitCancelled(reason):
            changes = {"state": "cancelled", "reason": reason}
    return replace(visit, **changes)


def _answered(visit: Visit, body: ev.ItemAnswered, event: Event) -> dict[str, Given]:
    answer = body.answer
    answers = {**visit.answers, answer.id: Given(answer, event.actor.name, event.at, body.planned, body.late)}
    # A correction may come in before what it corrects: two devices send in any order.
    wrong = {(given.answer.item, given.answer.replaces) for given in answers.values()}
    return {name: replace(given, corrected=(given.answer.item, name) in wrong) for name, given in answers.items()}
