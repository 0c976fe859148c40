"""Read a command on a case from the body of a request; what has to be measured is measured here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api import geojson
from api.case_actors import actor_of, own_fields, refused_to
from api.case_measuring import judged, laid, stored_route
from api.coordinates import axes_of
from api.doors import problem_of
from api.errors import refused
from api.options import Options
from geo.faults import Fault
from survey.cases.journal import command_from_plain
from survey.cases.plain import as_plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from api.casework import Casework
    from api.dependencies import Service
    from api.doors import Visitor
    from survey.cases.commands import Command
    from survey.cases.records import Measured
    from survey.cases.state import Case, Task

MEMBERS = frozenset({"kind", "actor", "expected", "data", "geometry", "accuracy_m", "crs"})
MEASURED = {"judge": "judgement", "change_route": "judgement", "record_as_built": "quantities"}
"""The field of a command that is measured here and never taken from a body."""
LINES = ("LineString", "MultiLineString")
MOST_ERROR_M = 1_000.0
NO_JUDGEMENT = {"route": "", "revision": 0, "verdict": ""}


def command_of(
    service: Service, work: Casework, case: Case | None, given: Mapping[str, Any], command_id: str, visitor: Visitor
) -> Command:
    """Return the command of a body.

    Parameters
    ----------
    case
        As it stands; None where the command begins one.
    visitor
        Who asks; where somebody has signed in, this one acts.
    given
        ``kind``, ``actor``, ``expected``, ``data``; ``geometry`` (with ``crs`` and ``accuracy_m``) of works as built.

    Raises
    ------
    ProblemError
        With every fault of the body; there is no such route; the county is still being loaded; 403 where it is
        another's to do.
    BadInputError
        A kind or a field that is none.
    """
    actor, data = _read(given, visitor)
    if given.get("kind") == "fix_plan" and actor["role"] == "utility":
        _refuse_line_of_another(service, visitor, data)
    plain = {
        "id": command_id, "kind": given.get("kind"), "actor": actor,
        "expected": given.get("expected"), "data": _complete(service, work, case, given, data),
    }  # fmt: skip
    command = command_from_plain(plain)
    refusal = refused_to(visitor, case, command)
    if refusal is not None:
        raise problem_of(refusal)
    return command


def _read(given: Mapping[str, Any], visitor: Visitor) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return who acts and the fields of the command; refuse a body with every fault of its outer shape."""
    faults = [
        Fault("case.unknown_field", f"不认识的字段“{one}”", f"unknown field {one!r}", field=one)
        for one in sorted(set(given) - MEMBERS)
    ]
    actor, data = actor_of(visitor, given), given.get("data", {})
    if isinstance(actor, Fault):
        faults.append(actor)
    if not isinstance(data, dict):
        faults.append(Fault("case.data", "data 应为对象", "data must be an object", field="data"))
    elif not isinstance(actor, Fault):
        theirs = own_fields(visitor, str(actor["role"]), given.get("kind"), data)
        if isinstance(theirs, Fault):
            faults.append(theirs)
        else:
            data = data | theirs
    wrong = MEASURED.get(str(given.get("kind")))
    if isinstance(data, dict) and wrong is not None and wrong in data:
        faults.append(
            Fault("case.measured_here", "判定和实测值由系统测算，不能填报",
                  "verdicts and measurements are made here, not given", f"去掉 data.{wrong}",
                  f"leave data.{wrong} out", field=f"data.{wrong}")
        )  # fmt: skip
    if faults or isinstance(actor, Fault) or not isinstance(data, dict):
        raise refused(*faults)
    return actor, data


def _complete(
    service: Service, work: Casework, case: Case | None, given: Mapping[str, Any], data: dict[str, Any]
) -> dict[str, Any]:
    """Return the fields of a command with what is measured in their place."""
    on, what = service.today(), MEASURED.get(str(given.get("kind")))
    utility = str(data.get("utility"))
    task = case.tasks.get(utility) if case is not None else None
    if what == "judgement":
        # Without a task or a route there is nothing to measure: the case itself refuses, and says why.
        route = task.route if task is not None else ""
        return data | {
            "judgement": as_plain(judged(service, work.policy, route, utility, on)) if route else NO_JUDGEMENT
        }
    if what == "quantities":
        if task is None:  # the case itself refuses, and says why
            return data | {"quantities": {}}
        return data | {"quantities": as_plain(_laid(service, work, given, task, on))}
    if given.get("kind") == "fix_plan" and isinstance(data.get("route"), str) and data["route"]:
        return data | {"revision": stored_route(service, data["route"], utility).revision}
    return data


def _refuse_line_of_another(service: Service, visitor: Visitor, data: Mapping[str, Any]) -> None:
    """Refuse a company that plans with a line which another operates: its edits would move another's case."""
    person, route = visitor.person, data.get("route")
    if person is None or not isinstance(route, str):
        return
    for row in service.store.rows("routes", [route]):
        if row.properties.get("operator") not in (None, "", person.organisation_name):
            raise visitor.refuse("routes.write")


def _laid(service: Service, work: Casework, given: Mapping[str, Any], task: Task, on: date) -> dict[str, Measured]:
    """Return what was measured of the line that a body holds."""
    shape, accuracy = line_as_built(service, given)
    return laid(service, work.policy, task, shape, accuracy, on)


def line_as_built(service: Service, given: Mapping[str, Any]) -> tuple[Any, float | None]:
    """Return the line of a body in the grid, and its mean error (metres; None: not said); refuse one that is none."""
    options = Options(given)
    accuracy = options.number("accuracy_m", 0.0, 0.0, MOST_ERROR_M)
    axes = axes_of(options.text("crs"), service.grid())
    if options.faults:
        raise refused(*options.faults)
    return axes.place(geojson.read_geometry(given.get("geometry"), LINES)), accuracy or None
