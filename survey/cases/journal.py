"""Write events and commands as versioned plain JSON, and read them back; read older versions by bringing them up."""

# ruff: noqa: TC001, TC003 - survey.cases.plain reads these types at run time

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from geo.faults import BadInputError, Fault, refuse
from survey.cases.commands import COMMAND_BODIES, Command
from survey.cases.events import EVENT_BODIES, Event
from survey.cases.plain import as_plain, from_plain
from survey.cases.records import Actor, Cite
from survey.cases.standing import STANDING_COMMANDS, STANDING_EVENTS
from survey.cases.text_limits import too_long


@dataclass(frozen=True, slots=True)
class _EventHead:
    seq: int
    at: datetime
    actor: Actor
    command: str
    digest: str
    cites: tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class _CommandHead:
    id: str
    actor: Actor
    expected: int | None


VERSION = 1
"""Of the forms below; a change that old events do not fit raises it and adds a step to `_UP`."""

_UP: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = MappingProxyType({})
"""How to bring an event of a version to the next one."""

_EVENTS = {**EVENT_BODIES, **STANDING_EVENTS}
_COMMANDS = {**COMMAND_BODIES, **STANDING_COMMANDS}
_EVENT_KEYS = frozenset({"v", "seq", "kind", "at", "actor", "command", "digest", "cites", "data"})
_COMMAND_KEYS = frozenset({"v", "id", "kind", "actor", "expected", "data"})


def event_to_plain(event: Event) -> dict[str, Any]:
    """Return an event as plain JSON values.

    Examples
    --------
    >>> from datetime import datetime
    >>> from survey.cases.events import Connected
    >>> event = Event(1, datetime(2026, 12, 1, 9), Actor("水司", "utility"), "c1", "d", (), Connected("water"))
    >>> plain = event_to_plain(event)
    >>> plain["v"], plain["kind"], plain["data"]
    (1, 'connected', {'utility': 'water'})
    >>> event_from_plain(plain) == event_from_plain(event_to_plain(event_from_plain(plain)))
    True
    """
    return {
        "v": VERSION, "seq": event.seq, "kind": event.body.kind, "at": as_plain(event.at),
        "actor": as_plain(event.actor), "command": event.command, "digest": event.digest,
        "cites": as_plain(event.cites), "data": as_plain(event.body),
    }  # fmt: skip


def event_from_plain(plain: Mapping[str, Any], kinds: Mapping[str, type[Any]] = _EVENTS) -> Event:
    """Read an event; `BadInputError` where it is none, or of a newer version than this program knows.

    ``kinds`` are the bodies by kind, where it is not an event of a case or of a standing.
    """
    data = dict(plain)
    while isinstance(version := data.get("v"), int) and version in _UP:
        data = _UP[version](data)
    _shape(data, _EVENT_KEYS)
    head = {key: data[key] for key in ("seq", "at", "actor", "command", "digest", "cites")}
    body = from_plain(_known(kinds, data["kind"]), data["data"])
    made = from_plain(_EventHead, head)
    return Event(made.seq, made.at, made.actor, made.command, made.digest, made.cites, body)


def command_to_plain(command: Command) -> dict[str, Any]:
    """Return a command as plain JSON values."""
    return {
        "v": VERSION, "id": command.id, "kind": command.body.kind, "actor": as_plain(command.actor),
        "expected": command.expected, "data": as_plain(command.body),
    }  # fmt: skip


def command_from_plain(plain: Mapping[str, Any], kinds: Mapping[str, type[Any]] = _COMMANDS) -> Command:
    """Read a command; `BadInputError` with the field that is wrong, or every text that is too long.

    ``kinds`` are the bodies by kind, where it is not a command on a case or a standing.
    """
    data = {"v": VERSION, "expected": None, **plain}
    _shape(data, _COMMAND_KEYS)
    told = [data[key] for key in ("data", "actor") if isinstance(data[key], Mapping)]
    refuse([fault for one in told for fault in too_long(one)])
    body = from_plain(_known(kinds, data["kind"]), data["data"])
    made = from_plain(_CommandHead, {key: data[key] for key in ("id", "actor", "expected")})
    return Command(made.id, made.actor, body, made.expected)


def _shape(data: Mapping[str, Any], keys: frozenset[str]) -> None:
    if data.get("v") != VERSION:
        raise BadInputError([
            Fault("case.version", "不认识的版本", "a version that is not known", field="v", value=data.get("v"))
        ])  # fmt: skip
    wrong = sorted(keys ^ set(data))
    if wrong:
        raise BadInputError([
            Fault("case.fields", f"字段缺少或多余：{'、'.join(wrong)}",
                  f"fields missing or unknown: {', '.join(wrong)}",
                  field=wrong[0])
        ])  # fmt: skip


def _known(bodies: Mapping[str, type[Any]], kind: object) -> type[Any]:
    if not isinstance(kind, str) or kind not in bodies:
        raise BadInputError([Fault("case.unknown_kind", "不认识的种类", "an unknown kind", field="kind", value=kind)])
    return bodies[kind]
