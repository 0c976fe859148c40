"""Shape what was edited in a layer file, and what became of it, for an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from api import geojson
from api.case_measuring import judged
from api.errors import ProblemError
from api.visit_acceptance import faults_of
from geo.faults import BadInputError
from maps.layers import middle_points
from maps.qgis.fields import name_of, words_of
from maps.qgis.tables import called
from maps.symbols import symbols
from survey.findings import OUTCOMES, PASSES
from survey.visits.layer_changes import CHANGES, SHAPE
from survey.visits.layer_names import ID, plain_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from api.coordinates import Axes
    from api.dependencies import Service
    from api.doors import Visitor
    from api.visit_acceptance import Accepted
    from api.visit_differences import Differences, Line
    from geo.faults import Fault

MOST_JUDGED = 200
"""Routes that are judged again for one answer; of more the rest is told by number, and judged when it is looked at."""
PASSED = list(OUTCOMES)[PASSES]


def differences_shape(service: Service, visitor: Visitor, found: Differences, axes: Axes) -> dict[str, Any]:
    """Return every change with its sides, what it would be refused for, and what was recognised or left out."""
    lines = [_line(service, visitor, line, axes) for line in found.lines]
    return {
        "digest": found.digest,
        "visit": found.given.visit,
        "change": found.given.change,
        "made_at": found.given.made_at,
        "changes": lines,
        "counts": {
            "all": len(lines),
            "conflicts": sum(line["conflict"] for line in lines),
            "refused": sum(bool(line["errors"]) for line in lines),
            **{kind: sum(line["kind"] == kind for line in lines) for kind in CHANGES},
        },
        "layers": [
            {"layer": table, "named": named, **_layer_names(found, table)} for table, named in found.layers.items()
        ],
        "renamed": [
            {"layer": table, "field": ours, "named": theirs}
            for table, fields in found.renamed.items()
            for ours, theirs in fields.items()
        ],
        "extra": [{"layer": table, "field": name} for table, names in found.extra.items() for name in names],
        "unknown": list(found.unknown),
        "unseen": [{"layer": table, "rows": count} for table, count in found.unseen.items()],
    }


def _layer_names(found: Differences, table: str) -> dict[str, str]:
    zh, en = called(table, found.given.layers[table].stored)
    return {"layer_zh": zh, "layer_en": en}


def _line(service: Service, visitor: Visitor, line: Line, axes: Axes) -> dict[str, Any]:
    change, (layer_zh, layer_en) = line.change, called(line.table, line.stored)
    kind_zh, kind_en = CHANGES[change.kind]
    field_zh, field_en = name_of(change.field) if change.field else ("", "")
    row = line.change.row if line.change.row is not None else (line.now.properties if line.now is not None else {})
    sides = {"before": change.before, "edited": change.edited, "now": change.now}
    told = {name: _value(line.stored, change.field, value) for name, value in sides.items()} if change.field else {}
    return {
        "id": line.id, "layer": line.table, "stored": line.stored, "layer_zh": layer_zh, "layer_en": layer_en,
        "kind": change.kind, "kind_zh": kind_zh, "kind_en": kind_en, "feature": change.id,
        "name": plain_value(row.get("name")), "field": change.field, "field_zh": field_zh, "field_en": field_en,
        "before": told.get("before"), "edited": told.get("edited"), "now": told.get("now"),
        "shapes": _shapes(line, axes), "place": _place(line, axes), "moved_m": change.moved_m,
        "conflict": change.conflict, "copied_from": change.copied_from, "revision": line.revision,
        "row": _row(line), "errors": [fault.as_dict() for fault in faults_of(service, visitor, [line])],
    }  # fmt: skip


def _value(layer: str, field: str, value: object) -> dict[str, Any] | None:
    """Return one side of an attribute: the value, and what people read; None where there is nothing."""
    plain = plain_value(value)
    if plain is None:
        return None
    zh, en = words_of(layer, field).get(str(plain), (str(plain), str(plain)))
    return {"value": plain, "zh": zh, "en": en}


def _row(line: Line) -> list[dict[str, Any]] | None:
    """Return the fields of a whole row that would be written anew, those that say something."""
    if line.change.row is None:
        return None
    fields = [(name, value) for name, value in line.change.row.items() if name not in (ID, SHAPE)]
    named = [(name, *name_of(name), _value(line.stored, name, value)) for name, value in fields]
    return [
        {"field": name, "field_zh": zh, "field_en": en, "edited": value}
        for name, zh, en, value in named
        if value is not None
    ]


def _shapes(line: Line, axes: Axes) -> dict[str, Any]:
    """Return the shapes of all sides as GeoJSON; of an attribute the shape as it is now."""
    change, now = line.change, line.now.geometry if line.now is not None else None
    sides = {"edited": now, "before": None, "now": now} if change.field else {
        "before": change.before, "edited": change.edited, "now": change.now,
    }  # fmt: skip
    there = {name: one for name, one in sides.items() if one is not None}
    drawn = geojson.geometries(list(there.values()), axes.from_grid, axes.decimals)
    return dict.fromkeys(sides) | dict(zip(there, drawn, strict=True))


def _place(line: Line, axes: Axes) -> list[float] | None:
    """Return a point of what was changed, where it is now or was drawn."""
    change, now = line.change, line.now.geometry if line.now is not None else None
    shape = now if change.field else next((one for one in (change.edited, change.now, change.before) if one), now)
    if shape is None:
        return None
    inside = middle_points([shape]) if shape.geom_type.endswith("LineString") else _inside(shape)
    x, y = axes.from_grid(inside[:, 0], inside[:, 1])
    return [round(float(x[0]), axes.decimals), round(float(y[0]), axes.decimals)]


def _inside(shape: Any) -> NDArray[np.float64]:  # noqa: ANN401 - shapely is untyped
    return np.asarray(shapely.get_coordinates(shapely.point_on_surface(shape)))


def accepted_shape(found: Differences, told: Accepted) -> dict[str, Any]:
    """Return what was written, what was so already, and what was refused and why."""
    return {
        "digest": found.digest,
        "written": [
            {"layer": one.layer, "feature": one.id, "kind": one.kind, "revision": one.revision, "lines": one.lines}
            for one in told.written
        ],
        "already": told.already,
        "refused": [{"line": one, "errors": _errors(faults)} for one, faults in told.refused],
    }


def _errors(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    return [fault.as_dict() for fault in faults]


def judgements(service: Service, routes: Sequence[str]) -> dict[str, dict[str, Any] | None]:
    """Return the verdict on stored routes and what they conflict with, as everything is in memory now.

    None for a route that is not there; no answer at all where the county has no policy. What cannot be judged says why.
    """
    county, on = service.store.county, service.today()
    if county is None or county.policy is None:
        return {}
    rows = {row.id: row for row in service.store.rows("routes", list(routes))}
    return {name: _judgement(service, name, rows.get(name), county.policy, on) for name in routes}


def _judgement(service: Service, name: str, row: Any, policy: str, on: Any) -> dict[str, Any] | None:  # noqa: ANN401 - as rows and days are
    if row is None:
        return None
    work = service.casework()
    try:
        verdict = judged(service, work.policy, name, str(row.properties.get("utility")), on)
    except BadInputError as error:
        return {"revision": row.revision, "verdict": None, "findings": [], "errors": _errors(error.faults)}
    except ProblemError as error:
        if error.problem.code != "input.refused":
            raise
        return {"revision": row.revision, "verdict": None, "findings": [], "errors": _errors(error.problem.faults)}
    said = symbols()["verdicts"][verdict.verdict]
    open_ones = [one for one in service.resident.findings_of(name, on=on, policy=policy) if one.outcome != PASSED]
    return {
        "revision": row.revision, "verdict": verdict.verdict, "verdict_zh": said["zh"], "verdict_en": said["en"],
        "margin_m": verdict.margin_m,
        "findings": [
            {"id": one.id, "severity": one.severity, "zh": one.sentence_zh, "en": one.sentence_en} for one in open_ones
        ],
        "errors": [],
    }  # fmt: skip


def judged_shape(routes: Sequence[str], before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the judgements of routes before and after, and which findings came and went."""
    told = []
    for name in routes:
        was, now = before.get(name), after.get(name)
        had, has = ({one["id"]: one for one in side["findings"]} if side else {} for side in (was, now))
        told.append({
            "route": name, "before": was, "after": now,
            "came": [one for key, one in has.items() if key not in had],
            "went": [one for key, one in had.items() if key not in has],
        })  # fmt: skip
    return told
