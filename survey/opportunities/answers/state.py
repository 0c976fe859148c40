"""Make the state of a proposed chance from its events; nothing is decided here and nothing refused."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TYPE_CHECKING, Any

from survey.joined import operator_key
from survey.opportunities.answers import events as ev

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from survey.cases.events import Event
    from survey.opportunities.answers.events import Basis, Party
    from survey.opportunities.records import Opportunity

STATES = {
    "new": ("未提出", "not proposed"),
    "proposed": ("征求意见中", "waiting for answers"),
    "agreed": ("已同意", "agreed"),
    "declined": ("未达成一致", "declined"),
    "expired": ("逾期", "expired"),
    "withdrawn": ("已撤回", "withdrawn"),
    "done": ("已完成", "done"),
}
"""Where a chance stands."""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer: yes or no, why, by whom and when."""

    yes: bool
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Talk:
    """A chance and what its parties said.

    Parameters
    ----------
    id
        Of the opportunity.
    state
        Of `STATES`.
    seq, acted
        Number of the last event, and of the last that was not the clock's; the clock's own make nobody late.
    parties, basis, answers
        Who is asked, on what, and the answers by the party's key.
    due, remind_at
        Until when, and when to remind; ``remind_at`` None: not any more.
    rounds
        How often the parties were asked.
    case, lead
        Of the project that it has become, and the key of the party that leads it; empty: none.
    cause, reason
        Of the last opening or withdrawal; see `survey.opportunities.answers.events.CAUSES`.
    handled
        Digest of each command by its id.
    """

    id: str
    state: str = "new"
    seq: int = 0
    acted: int = 0
    at: datetime | None = None
    last_actor: str = ""
    parties: tuple[Party, ...] = ()
    basis: tuple[Basis, ...] = ()
    answers: Mapping[str, Given] = field(default_factory=dict)
    due: datetime | None = None
    remind_at: datetime | None = None
    rounds: int = 0
    cause: str = ""
    reason: str = ""
    case: str = ""
    lead: str = ""
    handled: Mapping[str, str] = field(default_factory=dict)

    @property
    def waiting(self) -> tuple[str, ...]:
        """Keys of the parties that have not answered."""
        return tuple(party.key for party in self.parties if party.key not in self.answers)

    @property
    def open_until(self) -> datetime | None:
        """Until when somebody may still answer, or answer otherwise; None where nobody may."""
        return self.due if self.state in ("proposed", "declined") else None

    @property
    def against(self) -> tuple[str, ...]:
        """Keys of the parties that said no."""
        return tuple(key for key in (party.key for party in self.parties) if key in self.answers and not self.yes(key))

    def yes(self, key: str) -> bool:
        """Return whether a party said yes; False where it has not answered."""
        return key in self.answers and self.answers[key].yes

    def party(self, key: str) -> Party | None:
        """Return a party by its key; None where there is no such."""
        return next((party for party in self.parties if party.key == key), None)


def parties_of(opportunity: Opportunity) -> tuple[Party, ...]:
    """Return who answers for a chance: each operator once, however it is spelt in width, case and blanks."""
    found: dict[str, Party] = {}
    for member in opportunity.members:
        key = operator_key(member.operator) or f"route:{member.route}"
        known = found.get(key, ev.Party(key, (member.operator or "").strip(), (), ()))
        found[key] = replace(
            known,
            utilities=tuple(dict.fromkeys((*known.utilities, member.utility))),
            routes=tuple(dict.fromkeys((*known.routes, member.route))),
        )
    return tuple(found[key] for key in sorted(found))


def snapshot_of(opportunity: Opportunity) -> tuple[Basis, ...]:
    """Return what the parties are asked on: the members as they are now."""
    return tuple(ev.Basis(one.route, one.ends, one.start, one.end) for one in opportunity.members)


def replay(opportunity_id: str, events: Iterable[Event]) -> Talk:
    """Return the state after all events.

    >>> replay("O1", []).state
    'new'
    """
    return reduce(evolve, events, Talk(opportunity_id))


def evolve(talk: Talk, event: Event) -> Talk:
    """Return the state after one more event."""
    after = _after(talk, event)
    clock = event.body.of_clock
    return replace(
        after,
        seq=event.seq,
        acted=talk.acted if clock else event.seq,
        at=event.at,
        last_actor=talk.last_actor if clock else event.actor.name,
        handled={**talk.handled, event.command: event.digest},
    )


def _after(talk: Talk, event: Event) -> Talk:
    changed: dict[str, Any]
    match event.body:
        case ev.Proposed() as opened:
            return replace(_asked(talk, opened.asked), cause="", reason="", case="", lead="")
        case ev.Reopened() as opened:
            return replace(_asked(talk, opened.asked), cause=opened.cause, reason=opened.reason)
        case ev.Answered() as said:
            given = Given(said.yes, said.reason, event.actor.name, event.at)
            changed = {"state": "proposed", "answers": {**talk.answers, said.party: given}}
        case ev.Reminded():
            changed = {"remind_at": None}
        case ev.ProjectBegun() as begun:
            changed = {"case": begun.case, "lead": begun.lead}
        case ev.ChanceWithdrawn() as gone:
            changed = {"state": "withdrawn", "cause": gone.cause, "reason": gone.reason}
        case body:
            changed = {"state": body.kind}
    return replace(talk, **changed)


def _asked(talk: Talk, asked: ev.Asked) -> Talk:
    return replace(
        talk, state="proposed", parties=asked.parties, basis=asked.basis, answers={}, due=asked.due,
        remind_at=asked.remind_at, rounds=talk.rounds + 1,
    )  # fmt: skip
