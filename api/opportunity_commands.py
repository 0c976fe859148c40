"""Read a command on a chance from the body of a request; who is asked, and on what, is taken from the chance."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from api.case_actors import actor_of
from api.case_lists import unknown
from api.doors import problem_of
from api.errors import refused
from api.identity.permissions import refusal
from api.opportunity_answers import answers_for, asked_of, is_own
from geo.faults import Fault
from survey.cases.plain import as_plain
from survey.opportunities.answers import parties_of, snapshot_of
from survey.opportunities.answers.commands import (
    COMMANDS,
    Answer,
    AskAgain,
    BeginProject,
    Finish,
    Propose,
    WithdrawChance,
)
from survey.opportunities.answers.journal import command_from_plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.doors import Visitor
    from survey.cases.commands import Command
    from survey.opportunities import Opportunity
    from survey.opportunities.answers import Talk
    from survey.opportunities.answers.events import Party

MEMBERS = frozenset({"kind", "actor", "expected", "data"})
GIVEN = {body.kind: body for body in (Propose, Answer, AskAgain, WithdrawChance, BeginProject, Finish)}
"""The commands that people give; the others are the clock's."""
NO_PROJECT: Mapping[str, str] = MappingProxyType({"case": "", "lead": ""})


def command_of(
    given: Mapping[str, Any],
    talk: Talk,
    record: Opportunity | None,
    command_id: str,
    visitor: Visitor,
    project: Mapping[str, str] = NO_PROJECT,
) -> Command:
    """Return the command of a body.

    Parameters
    ----------
    given
        ``kind``, ``actor``, ``expected``, ``data``.
    talk, record
        The chance as it stands, and as it is in the plans; None: it is in the plans no more.
    visitor
        Who asks; where somebody has signed in, this one acts.
    project
        Of `BeginProject`: its ``case``, and the key of who leads.

    Raises
    ------
    ProblemError
        With every fault of the body; 403 where it is another's to do.
    BadInputError
        A field that is none.
    """
    actor, data = _read(given, visitor)
    asked = asked_of(talk, parties_of(record) if record is not None else ())
    if given["kind"] == Propose.kind:
        basis = snapshot_of(record) if record is not None else ()
        data |= {"parties": as_plain(asked), "basis": as_plain(basis)}
    if given["kind"] == BeginProject.kind:
        data |= project
    if given["kind"] == Answer.kind and "party" not in data:
        own = [party.key for party in asked if answers_for(visitor, party)]
        data |= {"party": own[0]} if len(own) == 1 else {}
    command = command_from_plain(
        {"id": command_id, "kind": given["kind"], "actor": actor, "expected": given.get("expected"), "data": data}
    )
    if not _is_theirs(command, asked, visitor):
        raise problem_of(refusal(visitor.person, "opportunities.act"))
    return command


def _read(given: Mapping[str, Any], visitor: Visitor) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return who acts and the fields of the command; refuse a body with every fault of its outer shape."""
    faults = [
        Fault("case.unknown_field", f"不认识的字段“{one}”", f"unknown field {one!r}", field=one)
        for one in sorted(set(given) - MEMBERS)
    ]
    kind, data = given.get("kind"), given.get("data") or {}
    if not isinstance(kind, str) or kind not in GIVEN:
        faults.append(unknown("kind", kind, GIVEN))
    actor = actor_of(visitor, given, COMMANDS)
    if isinstance(actor, Fault):
        faults.append(actor)
    if not isinstance(data, dict):
        faults.append(
            Fault("case.data", "data 应为对象", "data must be an object", '如 {"yes": true}', 'such as {"yes": true}',
                  field="data", value=repr(data)[:80])
        )  # fmt: skip
        data = {}
    computed = sorted({"parties", "basis", "case"} & set(data))
    faults += [
        Fault("case.measured_here", f"{one} 由系统确定，不能填报", f"{one} is found here, not given",
              f"去掉 data.{one}", f"leave data.{one} out", field=f"data.{one}")
        for one in computed
    ]  # fmt: skip
    if faults or isinstance(actor, Fault):
        raise refused(*faults)
    return actor, {name: value for name, value in data.items() if value is not None}


def _is_theirs(command: Command, asked: Sequence[Party], visitor: Visitor) -> bool:
    """Tell whether a company's command is about what is its own; whoever coordinates is held by the talk itself."""
    person, body = visitor.person, command.body
    if person is None or command.actor.role != "utility":
        return True
    if isinstance(body, Answer):
        # A party that is not there is told of by the talk.
        return all(is_own(person, party) for party in asked if party.key == body.party)
    return any(is_own(person, party) for party in asked)
