"""Say what can be asked of a proposed chance: one frozen body for each command, with who may give it and when.

``roles`` and ``states`` are the one place that says what is possible; `deciding` refuses by it and lists by it.
"""

# ruff: noqa: TC001, TC003 - survey.cases.plain reads these types at run time

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from survey.cases.bodies import CommandBody
from survey.opportunities.answers.events import Basis, Party


class TalkCommand(CommandBody):
    """What all commands on a chance have; phases and tasks are those of cases."""

    __slots__ = ()
    phases: ClassVar[tuple[str, ...]] = ()
    states: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True, slots=True)
class Propose(TalkCommand):
    """Ask the parties of a chance; anew where it was withdrawn, on the plans as they are then."""

    kind = "propose"
    words = ("提出同沟建议", "propose to share")
    roles = ("coordinator", "utility", "system")
    states = ("new", "withdrawn")
    parties: tuple[Party, ...]
    basis: tuple[Basis, ...]


@dataclass(frozen=True, slots=True)
class Answer(TalkCommand):
    """Say yes, or no with a reason; again with another word until all have agreed."""

    kind = "answer"
    words = ("答复", "answer")
    roles = ("utility", "coordinator")
    states = ("proposed", "declined")
    party: str
    yes: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AskAgain(TalkCommand):
    """Open the answers again after a no or after the time was over."""

    kind = "ask_again"
    words = ("重新征求意见", "ask again")
    roles = ("coordinator",)
    states = ("declined", "expired")
    reason: str


@dataclass(frozen=True, slots=True)
class Refresh(TalkCommand):
    """Hold the members as they are now against what was asked; none: there is no such chance any more."""

    kind = "refresh"
    words = ("核对变化", "hold it against the plans")
    roles = ("system", "coordinator")
    states = ("proposed", "agreed", "declined", "expired")
    parties: tuple[Party, ...]
    basis: tuple[Basis, ...]


@dataclass(frozen=True, slots=True)
class WithdrawChance(TalkCommand):
    """Pursue it no longer; once it is a project, no party does so alone."""

    kind = "withdraw_chance"
    words = ("撤回同沟建议", "withdraw the proposal")
    roles = ("coordinator", "utility")
    states = ("proposed", "agreed", "declined", "expired")
    reason: str


@dataclass(frozen=True, slots=True)
class BeginProject(TalkCommand):
    """Make what was agreed one project; ``case`` is the one that it is handled in, ``lead`` the party that leads."""

    kind = "begin_project"
    words = ("合并立项", "make it one project")
    roles = ("coordinator",)
    states = ("agreed",)
    case: str
    lead: str


@dataclass(frozen=True, slots=True)
class Finish(TalkCommand):
    """Say that the trench was dug together."""

    kind = "finish"
    words = ("确认已同沟施工", "say that it was dug together")
    roles = ("coordinator", "utility")
    states = ("agreed",)


@dataclass(frozen=True, slots=True)
class TalkTick(TalkCommand):
    """Let the clock work: reminder and alarm up to now."""

    kind = "talk_tick"
    words = ("计时", "let the clock work")
    roles = ("system",)
    states = ("new", "proposed", "agreed", "declined", "expired", "withdrawn", "done")


COMMANDS: Mapping[str, type[TalkCommand]] = {
    body.kind: body for body in (Propose, Answer, AskAgain, Refresh, WithdrawChance, BeginProject, Finish, TalkTick)
}
"""Every kind of command."""
