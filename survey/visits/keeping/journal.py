"""Write what happened to a visit, and what is asked of it, as versioned plain JSON, and read it back."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from geo.faults import Fault, refuse
from survey.cases import journal
from survey.cases.journal import command_to_plain, event_to_plain
from survey.visits.keeping.commands import COMMANDS, COMPUTED, AnswerItem
from survey.visits.keeping.events import EVENTS, Answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from survey.cases.commands import Command
    from survey.cases.events import Event

__all__ = ["command_from_plain", "command_to_plain", "event_from_plain", "event_to_plain"]

LARGEST = 1e9
"""Of what is measured, in any unit, and of places (metres)."""
BOUNDS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "value": (-LARGEST, LARGEST), "uncertainty": (0.0, LARGEST), "x": (-LARGEST, LARGEST),
        "y": (-LARGEST, LARGEST), "accuracy_m": (0.0, LARGEST),
    }
)  # fmt: skip
"""From where to where the numbers of an answer go."""
_WRITTEN = {kind: body for kind, body in COMMANDS.items() if kind not in COMPUTED}


def event_from_plain(plain: Mapping[str, Any]) -> Event:
    """Read an event of a visit; `BadInputError` where it is none, or of a version that is not known."""
    return journal.event_from_plain(plain, EVENTS)


def command_from_plain(plain: Mapping[str, Any]) -> Command:
    """Read a command on a visit that a person or a device gives; `BadInputError` with what is wrong.

    Commands that carry a plan are made by the service and never read.
    """
    command = journal.command_from_plain(plain, _WRITTEN)
    if isinstance(command.body, AnswerItem):
        refuse(_out_of_bounds(command.body.answer))
    return command


def _out_of_bounds(answer: Answer) -> Iterator[Fault]:
    """Yield a fault for every number of an answer that no instrument shows: papers would be printed with it for ever.

    Examples
    --------
    >>> from datetime import datetime
    >>> said = Answer("a1", "i1", "value", datetime(2026, 12, 1), 1e308, -0.02, x=579_000.0)
    >>> [fault.field for fault in _out_of_bounds(said)]
    ['answer.value', 'answer.uncertainty']
    """
    for name, (least, most) in BOUNDS.items():
        value = getattr(answer, name)
        if value is not None and not least <= value <= most:
            zh, en = f"应为 {least:,.0f} 到 {most:,.0f} 的数", f"must be a number from {least:,.0f} to {most:,.0f}"
            yield Fault(
                "visit.answer_number", zh, en, "核对读数和单位", "check the reading and its unit",
                field=f"answer.{name}", value=value,
            )  # fmt: skip
