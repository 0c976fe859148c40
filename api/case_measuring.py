"""Measure a stored route, or what was laid, and judge it, for a case: a verdict never comes from whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from api.attributes import with_keys
from api.errors import refused
from geo.faults import Fault
from survey.cases.breaches import breaches
from survey.cases.records import Judgement, Measured
from survey.quantities import vertex_accuracy
from survey.utilities import UTILITIES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from api.db.records import Row
    from api.dependencies import Service
    from survey.cases.state import Task
    from survey.policies import Policy

CORRIDOR_M = 10.0
"""How far from its plan a line may be laid and still be that line's; a judgement: wider than what a crew leaves a plan
by on site, narrower than the next street. The documents state no number."""
LEAST_BESIDE, LEAST_COVERED = 0.9, 0.5
"""Which share of what was laid must lie there, and of the plan must be covered; judgements as well."""
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
    service: Service, policy: Policy, task: Task, shape: Any, accuracy_m: float | None, on: date  # noqa: ANN401 - shapely is untyped
) -> dict[str, Measured]:  # fmt: skip
    """Return the quantities of a line that was laid, measured as its plan is, in the same roads and greens.

    Where the plan is judged with other lines of its work, so is what was laid.

    Parameters
    ----------
    task
        Whose line it is; where it has no route, there is nothing to hold it to.
    shape
        In the county's grid.
    accuracy_m
        Mean error of a vertex; None: as the county assumes.

    Raises
    ------
    ProblemError
        The line keeps within what was committed to, but lies elsewhere than the plan: it proves nothing.
    """
    own = {"utility": task.utility} | ({"accuracy_m": accuracy_m} if accuracy_m else {})
    alone = _assessed(service, policy, own, shape, on)
    if not task.route:
        return _quantities(alone, policy)
    plan = stored_route(service, task.route, task.utility)
    judged_on = _with_work(service, policy, plan, own, shape, on) or alone
    found = _quantities(alone | {"trace": judged_on["trace"]}, policy)
    if task.committed is None or not breaches(task.committed, found, policy):
        _hold_to_plan(plan, shape)
    return found


def _with_work(
    service: Service, policy: Policy, plan: Row, own: dict[str, Any], shape: Any, on: date  # noqa: ANN401 - as above
) -> dict[str, Any] | None:  # fmt: skip
    """Return the assessment of a line that was laid with the other lines of its plan's work; None where it has none."""
    joined = _assessed(service, policy, {**plan.properties, "id": plan.id}, plan.geometry, on)["joined"]
    others = service.store.rows("routes", [one for one in joined if one != plan.id])
    if not others:
        return None
    told = [own, *(one.properties for one in others)]
    errors = vertex_accuracy(
        [one.get("accuracy_m") for one in told], [one.get("drawn_by") for one in told], policy.defaults
    )
    parts = [part for one in (shape, *(other.geometry for other in others)) for part in shapely.get_parts(one)]
    # Without an operator nothing is counted with it a second time.
    whole = {"utility": own["utility"], "accuracy_m": float(errors.max())}
    return _assessed(service, policy, whole, shapely.MultiLineString(parts), on)


def beside_of(shape: Any, plan: Any) -> tuple[float, float, bool]:  # noqa: ANN401 - as above
    """Return which share of a line lies in the corridor of its plan, which of the plan beside it, and if both do."""
    beside = shape.intersection(plan.buffer(CORRIDOR_M)).length / shape.length
    covered = plan.intersection(shape.buffer(CORRIDOR_M)).length / plan.length
    return beside, covered, beside >= LEAST_BESIDE and covered >= LEAST_COVERED


def _hold_to_plan(plan: Row, shape: Any) -> None:  # noqa: ANN401 - as above
    """Refuse a line that is not the plan's: too little of either lies beside the other."""
    beside, covered, fits = beside_of(shape, plan.geometry)
    if fits:
        return
    raise refused(
        Fault("case.laid_elsewhere",
              f"竣工线只有 {beside:.0%} 在规划管线 {plan.id} 两侧 {CORRIDOR_M:g} 米以内，"
              f"规划管线只有 {covered:.0%} 被它覆盖，不能作为这条管线的竣工测量",
              f"only {beside:.0%} of the line lies within {CORRIDOR_M:g} m of the planned route {plan.id}, and only "
              f"{covered:.0%} of that lies beside it: it is no measurement of that route",
              "核对所选的竣工线；确已改线的，先修改规划管线并重新判定",
              "look whether it is the right line; where the route was moved, change the plan and have it judged first",
              field="geometry", value=f"{beside:.2f} {covered:.2f}")
    )  # fmt: skip


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
