"""Say what can have happened to a chance that was proposed: one frozen body for each kind of event."""

# ruff: noqa: TC003 - survey.cases.plain reads these types at run time

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from survey.cases.bodies import EventBody

CAUSES = {
    "asked": ("有人提出", "somebody asked for it"),
    "changed": ("管线位置、工期或单位有变更", "place, dates or operator of a route changed"),
    "gone": ("方案变更后已无同沟机会", "the plans changed, and there is no such chance any more"),
}
"""Why a chance is opened again or withdrawn."""


@dataclass(frozen=True, slots=True)
class Party:
    """Who answers: one operator with all its routes; a route whose operator is not stated is a party by itself.

    ``key`` is `survey.joined.operator_key` of the operator, else ``route:`` and the route's id; ``operator`` is empty
    where it is not stated.
    """

    key: str
    operator: str
    utilities: tuple[str, ...]
    routes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Basis:
    """What a member was when the parties were asked: the ends of its stretch (grid, metres), and its window."""

    route: str
    ends: tuple[float, ...]
    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked, on what, and until when.

    ``remind_at`` None where ``due`` is too near for a reminder; ``provisional``: a day beyond the known holidays was
    counted.
    """

    parties: tuple[Party, ...]
    basis: tuple[Basis, ...]
    due: datetime
    remind_at: datetime | None
    provisional: bool


@dataclass(frozen=True, slots=True)
class Proposed(EventBody):
    """The parties are asked for the first time."""

    kind = "proposed"
    words = ("提出同沟建议", "sharing proposed")
    asked: Asked


@dataclass(frozen=True, slots=True)
class Answered(EventBody):
    """A party said yes, or no with its reason; ``changed``: it had answered otherwise before."""

    kind = "answered"
    words = ("答复", "answered")
    party: str
    yes: bool
    reason: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Agreed(EventBody):
    """All said yes."""

    kind = "agreed"
    words = ("各方同意", "agreed")


@dataclass(frozen=True, slots=True)
class Declined(EventBody):
    """All have answered, and ``parties`` said no."""

    kind = "declined"
    words = ("未达成一致", "declined")
    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reminded(EventBody):
    """The time is nearly over, and ``parties`` have not answered."""

    kind = "reminded"
    words = ("提醒答复", "reminded")
    of_clock = True
    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Expired(EventBody):
    """The time is over, and ``parties`` have not answered: an alarm for those who coordinate."""

    kind = "expired"
    words = ("逾期未答复", "expired")
    of_clock = True
    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reopened(EventBody):
    """All answers are void and the parties are asked again.

    ``cause`` is of `CAUSES`; ``reason`` is that of who asked for it, ``routes`` are those that changed.
    """

    kind = "reopened"
    words = ("重新征求意见", "opened again")
    cause: str
    reason: str
    routes: tuple[str, ...]
    asked: Asked


@dataclass(frozen=True, slots=True)
class ChanceWithdrawn(EventBody):
    """It is no longer pursued, or there is none any more: ``cause`` is of `CAUSES`."""

    kind = "chance_withdrawn"
    words = ("撤回同沟建议", "proposal withdrawn")
    cause: str
    reason: str


@dataclass(frozen=True, slots=True)
class Done(EventBody):
    """The trench was dug together."""

    kind = "done"
    words = ("已同沟施工", "dug together")


@dataclass(frozen=True, slots=True)
class ProjectBegun(EventBody):
    """What was agreed is one project from now on: the case that it is handled in, and the key of who leads."""

    kind = "project_begun"
    words = ("合为一个项目", "made one project")
    case: str
    lead: str


EVENTS: Mapping[str, type[EventBody]] = {
    body.kind: body
    for body in (Proposed, Answered, Agreed, Declined, Reminded, Expired, Reopened, ChanceWithdrawn, Done, ProjectBegun)
}
"""Every kind of event."""
