"""Tell who was called to a joint survey, who came and who signed, each once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from maps.figures import signature_figure
from survey.joined import operator_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from maps.figures import Figure
    from maps.visit_minutes_content import VisitMinutes
    from survey.visits.keeping.events import Present
    from survey.visits.stops import Stop

SIGNATURE_MM = (26.0, 10.0)


@dataclass(slots=True)
class _Person:
    """A line of the attendance: whose, who, whether called and come, ids of the pictures of what was signed."""

    organisation: str
    name: str
    called: bool
    came: bool
    pictures: list[str] = field(default_factory=list)


def attendance(minutes: VisitMinutes, stops: Sequence[Stop], words: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the table of everybody who was called, came or signed."""
    visit = minutes.visit
    called = {one.key: one.name for stop in stops for one in stop.attendees}
    people: list[_Person] = []
    for who, picture in [*((who, "") for who in visit.present), *((one.who, one.picture) for one in visit.signatures)]:
        person = next((one for one in people if _is_same(one, who)), None)
        if person is None:
            asked = who.key in called or _is_called(who, called)
            person = _Person(who.organisation or called.get(who.key, ""), who.name, called=asked, came=True)
            people.append(person)
        person.pictures += [picture] if picture else []
    known = {who.key for who in (*visit.present, *(one.who for one in visit.signatures)) if who.key}
    organisations = {operator_key(one.organisation) for one in people}
    held = bool(visit.present) or bool(visit.signatures)
    for key, name in called.items():
        if key not in known and operator_key(name) not in organisations:
            people.append(_Person(name, "", called=True, came=False))
    rows = [
        [
            str(number), one.organisation or "—", one.name or "—", words["called" if one.called else "uncalled"],
            words["came" if one.came else "away" if held else "unknown"], _signed(minutes, one, words),
        ]
        for number, one in enumerate(people, 1)
    ]  # fmt: skip
    return [
        {"is": "table", "columns": words["people"], "widths": (2, 8, 5, 4, 3, 6), "rows": rows, "centred": (0, 3, 4)}
    ]


def _is_called(who: Present, called: Mapping[str, str]) -> bool:
    return operator_key(who.organisation) in {operator_key(name) for name in called.values()}


def _is_same(person: _Person, who: Present) -> bool:
    return (operator_key(person.organisation), person.name.strip()) == (
        operator_key(who.organisation),
        who.name.strip(),
    )


def _signed(minutes: VisitMinutes, person: _Person, words: Mapping[str, Any]) -> str | list[Figure | str]:
    """Return the pictures of a person's signatures, or in words why there is none."""
    found: list[Figure | str] = []
    for name in person.pictures:
        picture = minutes.pictures.get(name)
        alt = words["signature_of"].format(name=person.name)
        figure = None if picture is None else signature_figure(picture.content, *SIGNATURE_MM, alt)
        found.append(figure or words["by_hand"])
    return found or ""
