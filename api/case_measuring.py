"""Measure a stored route, or what was laid, and judge it, for a case: a verdict never comes from whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.attributes import with_keys
from api.errors import refused
from geo.faults import Fault
from survey.cases.records import Judgement, Measured
from survey.utilities import UTILITIES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from api.db.records import Row
    from api.dependencies import Service
    from survey.policies import Policy

NEAR = {"distance": 3.0, "bearing": 15.0, "min_length": 10.0}
COUNTED = ("length_m", "crossing_m", "green_m2", "along_m")
"""What is measured of every route, by the names of `survey.policies.QUANTITIES`."""


def stored_route(service: Service, route: str, utility: str) -> Row:
    """Return a stored route; refuse one that is not there, or of another utility than the task's."""
    rows = service.store.rows("routes", [route])
    if not rows:
        raise refused(
            Fault("case.no_route", f"没有规划管线 {route}", f"there is no planned route {route}",
                  "先在地图上画好并保存这条管线", "draw and save it on the map first", field="route", value=route)
        )  # fmt: skip
    [row] = rows
    drawn = with_keys("routes", row.properties).get("utility")
    if drawn != utility:
        (is_zh, is_en), (want_zh, want_en) = (_names(one) for one in (drawn, utility))
        raise refused(
            Fault("case.other_utility", f"规划管线 {route} 是{is_zh}管线", f"the route {route} is one of {is_en}",
                  f"选一条{want_zh}管线", f"choose a route of {want_en}")
        )  # fmt: skip
    return row


def _names(utility: Any) -> tuple[str, str]:  # noqa: ANN401 - as it was stored or given
    """Return what a utility is called; a word that is none stands for itself."""
    known = UTILITIES.get(str(utility))
    return (str(utility), str(utility)) if known is None else (known.zh, known.en)


def judged(service: Service, policy: Policy, route: str, utility: str, on: date) -> Judgement:
    """Return the verdict on a stored route as it is now, with every quantity that was measured.

    Raises
    ------
    ProblemError
        There is no such route, or it is of another utility; the county is still being loaded.
    """
    row = stored_route(service, route, utility)
    answer = _assessed(service, policy, {**row.properties, "id": row.id}, row.geometry, on)
    verdict = answer["verdict"]
    trace = tuple(line for line in answer["trace"] if "rule" in line)
    return Judgement(
        route, row.revision, verdict["verdict"], verdict["margin_m"], tuple(verdict["decisive"]), trace,
        _quantities(answer, policy),
    )  # fmt: skip


def laid(
    service: Service, policy: Policy, properties: Mapping[str, Any], shape: Any, on: date  # noqa: ANN401 - shapely is untyped
) -> dict[str, Measured]:  # fmt: skip
    """Return the quantities of a line that was laid, measured as a plan is, in the same roads and greens.

    Parameters
    ----------
    properties
        ``utility``, and ``accuracy_m`` of the survey where it is known.
    shape
        In the county's grid.
    """
    return _quantities(_assessed(service, policy, dict(properties), shape, on), policy)


def _assessed(service: Service, policy: Policy, properties: dict[str, Any], shape: Any, on: date) -> dict[str, Any]:  # noqa: ANN401 - as above
    feature = {"type": "Feature", "geometry": shape, "properties": properties}
    code = service.grid().code
    return service.resident.assess(feature, on=on, crs=code, policy=policy.id, moving=True, **NEAR)


def _quantities(answer: Mapping[str, Any], policy: Policy) -> dict[str, Measured]:
    """Return each quantity as the rules count it; those that no rule limits as they are measured."""
    measured = {name: answer["quantities"][name] for name in COUNTED}
    found = {name: Measured(one["value"], one["uncertainty"]) for name, one in measured.items()}
    for line in answer["trace"]:
        if line.get("kind") == "threshold" and line.get("measured") is not None:
            rule = policy.rule(line["rule"])
            found[rule.quantity] = Measured(float(line["measured"]), float(line["uncertainty"] or 0.0))
    return found
