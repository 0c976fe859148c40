"""Write what happened to a visit, and what is asked of it, as versioned plain JSON, and read it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from survey.cases import journal
from survey.cases.journal import command_to_plain, event_to_plain
from survey.visits.keeping.commands import COMMANDS, COMPUTED
from survey.visits.keeping.events import EVENTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from survey.cases.commands import Command
    from survey.cases.events import Event

__all__ = ["command_from_plain", "command_to_plain", "event_from_plain", "event_to_plain"]

_WRITTEN = {kind: body for kind, body in COMMANDS.items() if kind not in COMPUTED}


def event_from_plain(plain: Mapping[str, Any]) -> Event:
    """Read an event of a visit; `BadInputError` where it is none, or of a version that is not known."""
    return journal.event_from_plain(plain, EVENTS)


def command_from_plain(plain: Mapping[str, Any]) -> Command:
    """Read a command on a visit that a person or a device gives; `BadInputError` with what is wrong.

    Commands that carry a plan are made by the service and never read.
    """
    return journal.command_from_plain(plain, _WRITTEN)
