"""Shape a chance for an answer: the record, what its parties said, what who asks may do now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api import geojson
from survey.cases.plain import as_plain
from survey.joined import operator_key
from survey.opportunities.answers import Talk, parties_of, possible
from survey.opportunities.answers.commands import COMMANDS, Propose
from survey.opportunities.answers.events import CAUSES
from survey.opportunities.answers.state import STATES
from survey.opportunities.protection import BLOCKED, URGENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    import shapely

    from api.coordinates import Axes
    from api.doors import Visitor
    from api.identity.permissions import Person
    from survey.cases.events import Event
    from survey.opportunities import Opportunity, Suggestion
    from survey.opportunities.answers.events import Party

ROLES = ("utility", "coordinator")
"""Who may do something about a chance."""
_KEPT = ("id", "kind", "length_m", "shared_m", "saved_m", "width_m", "score")


def is_own(person: Person, party: Party) -> bool:
    """Tell whether a party is somebody's own: its operator; where none is stated, a route of its utility.

    >>> from api.identity.permissions import Person
    >>> from survey.opportunities.answers.events import Party
    >>> gas = Person("a1", "李伟", "o1", "城投燃气", "gas", "", ("utility",))
    >>> [is_own(gas, Party("k", operator, ("gas",), ("G",))) for operator in ("城投 燃气", "水司", "")]
    [True, False, True]
    """
    if party.operator:
        return operator_key(person.organisation_name) == operator_key(party.operator)
    return bool(person.utility) and person.utility in party.utilities


def answers_for(visitor: Visitor, party: Party) -> bool:
    """Tell whether who asks may answer for a party: whoever sits at the desk for all, a coordinator for nobody's."""
    person, reach = visitor.person, visitor.reach("opportunities.act")
    if reach is None:
        return False
    if person is None:
        return True
    return ("utility" in person.roles and is_own(person, party)) or (
        "coordinator" in person.roles and not party.operator
    )


def asked_of(talk: Talk, parties: Sequence[Party]) -> tuple[Party, ...]:
    """Return who is asked about a chance: while nobody is, those whom a proposal would ask.

    Parameters
    ----------
    parties
        Those of the record; empty where the chance is in the plans no more.
    """
    return tuple(parties) if parties and talk.state in Propose.states else talk.parties


def row_shapes(
    records: Sequence[Opportunity],
    shapes: Sequence[shapely.Geometry],
    talks: Mapping[str, Talk],
    *,
    names: Mapping[str, str],
    axes: Axes,
    visitor: Visitor,
) -> list[dict[str, Any]]:
    """Return chances as a list shows them, with their trenches in ``axes``."""
    drawn = geojson.geometries(shapes, axes.from_grid, axes.decimals)
    return [
        _row(record, talks.get(record.id), names, visitor) | {"geometry": geometry}
        for record, geometry in zip(records, drawn, strict=True)
    ]


def whole_shape(record: Opportunity, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with everything that the record holds besides."""
    return {
        **row, "savings": as_plain(record.savings), "section": as_plain(record.section),
        "protections": as_plain(record.protections), "notes": as_plain(record.notes), "gone": False,
    }  # fmt: skip


def talk_shape(talk: Talk, visitor: Visitor, parties: Sequence[Party], now: datetime) -> dict[str, Any]:
    """Return what one chance alone tells of its talk."""
    cause = CAUSES.get(talk.cause, ("", ""))
    return {
        "case": talk.case, "lead": talk.lead, "rounds": talk.rounds, "remind_at": talk.remind_at,
        "cause": talk.cause, "cause_zh": cause[0],
        "cause_en": cause[1], "reason": talk.reason,
        "possible": {role: _able(talk, role, visitor, parties, now) for role in _roles(visitor)},
    }  # fmt: skip


def standing_shape(talk: Talk, visitor: Visitor, parties: Sequence[Party]) -> dict[str, Any]:
    """Return where a chance stands; ``parties`` are those of the record, empty where it is in the plans no more."""
    zh, en = STATES[talk.state]
    asked = asked_of(talk, parties)
    owed = talk.waiting if talk.state == "proposed" else ()
    own = {party.key for party in asked if answers_for(visitor, party)}
    return {
        "state": talk.state, "state_zh": zh, "state_en": en, "seq": talk.seq,
        "due": talk.open_until,
        "parties": [_party(party, talk, mine=party.key in own) for party in asked],
        "waiting": list(owed), "waits": not own.isdisjoint(owed),
    }  # fmt: skip


def spelling_shape(suggestion: Suggestion) -> dict[str, Any]:
    """Return names of operators that may be one company, and why the first two are alike."""
    why = suggestion.why[0]
    return {"names": list(suggestion.names), "zh": why.zh, "en": why.en}


def event_shape(event: Event) -> dict[str, Any]:
    """Return an event with who, when and what."""
    zh, en = event.body.words
    cause = CAUSES.get(getattr(event.body, "cause", ""), ("", ""))
    return {
        "seq": event.seq, "at": event.at, "who": event.actor.name, "role": event.actor.role, "kind": event.body.kind,
        "zh": zh, "en": en, "cause_zh": cause[0], "cause_en": cause[1], "clock": event.body.of_clock,
        "data": as_plain(event.body),
    }  # fmt: skip


def money_shape(records: Iterable[Opportunity]) -> dict[str, float | None]:
    """Return the sum of what chances save in yuan; of those alone that have a price."""
    priced = [one.savings.money for one in records if one.savings.money.low is not None]
    if not priced:
        return {"low": None, "high": None}
    low, high = (sum(getattr(one, end) for one in priced) for end in ("low", "high"))
    return {"low": round(low, 2), "high": round(high, 2)}


def _row(record: Opportunity, talk: Talk | None, names: Mapping[str, str], visitor: Visitor) -> dict[str, Any]:
    savings, states = record.savings, {one.state for one in record.protections}
    members = [
        {"route": one.route, "name": names.get(one.route), "utility": one.utility, "operator": one.operator,
         "method": one.method, "from_m": one.from_m, "to_m": one.to_m, "start": one.start, "end": one.end}
        for one in record.members
    ]  # fmt: skip
    return {
        **{name: getattr(record, name) for name in _KEPT},
        "members": members, "feasible": record.section.feasible,
        "savings": {
            "volume": savings.volume, "closure": savings.closure,
            "money": {"low": savings.money.low, "high": savings.money.high},
        },
        "meeting": record.meeting, "streets": record.streets,
        "protected": next((one for one in (BLOCKED, URGENT) if one in states), None),
        **standing_shape(talk or Talk(record.id), visitor, parties_of(record)),
    }  # fmt: skip


def _party(party: Party, talk: Talk, *, mine: bool) -> dict[str, Any]:
    given = talk.answers.get(party.key)
    return {
        "key": party.key, "operator": party.operator, "utilities": party.utilities, "routes": party.routes,
        "mine": mine, "yes": None if given is None else given.yes, "reason": "" if given is None else given.reason,
        "by": "" if given is None else given.by, "at": None if given is None else given.at,
    }  # fmt: skip


def _roles(visitor: Visitor) -> list[str]:
    if visitor.reach("opportunities.act") is None:
        return []
    return [role for role in ROLES if visitor.person is None or role in visitor.person.roles]


def _able(talk: Talk, role: str, visitor: Visitor, parties: Sequence[Party], now: datetime) -> list[dict[str, str]]:
    person = visitor.person
    company = person.organisation_name if person is not None and role == "utility" else ""
    asked = asked_of(talk, parties)
    if person is not None and role == "utility" and not any(is_own(person, party) for party in asked):
        return []
    theirs = {party.key for party in asked if person is None or role != "utility" or is_own(person, party)}
    found = []
    for one in possible(talk, role, company, now):
        kind, _, party = one.partition(":")
        if kind == Propose.kind and not parties:
            continue  # there is nothing in the plans to propose
        if not party or party in theirs:
            zh, en = COMMANDS[kind].words
            found.append({"kind": kind, "party": party, "zh": zh, "en": en})
    return found
