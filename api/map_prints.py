"""Read what is asked of a map print, and the layers that whoever asks may see on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from api.coordinates import axes_of, window_of
from api.db import acceptances
from api.doors import action_on
from api.errors import refused
from api.findings import Chosen
from api.options import Options, invalid, unknown
from api.own_items import own_ids
from api.resident import NO_POLICY
from geo.crs import coordinate_faults
from geo.faults import BadInputError, Fault
from maps.atlas.scale import AROUND_MM
from maps.atlas.stops import AtlasHead
from maps.print_sheet import (
    LAYERS,
    LONGEST_NOTE,
    LONGEST_TITLE,
    MOST_FEATURES,
    MapPrint,
    faults_of,
    is_read_at,
    sheets_for,
    too_many,
)
from survey.policies import load_policy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.coordinates import Window as AskedBox
    from api.db.records import Row
    from api.dependencies import Service
    from api.doors import Visitor
    from geo.crs import Grid
    from maps.atlas.scale import Window
    from survey.findings import Finding

MEMBERS = (
    "layers", "bbox", "bbox_crs", "selection", "title", "paper", "orientation", "scale", "findings", "language", "note",
    "project", "organisation",
)  # fmt: skip
TEXTS = (("title", LONGEST_TITLE), ("note", LONGEST_NOTE), ("project", LONGEST_TITLE), ("organisation", LONGEST_TITLE))
MOST_SELECTED = 500
MOST_FINDINGS = 500
"""More numbers on a map are no longer found on it."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A print with everything that is drawn on it."""

    asked: MapPrint
    layers: dict[str, gpd.GeoDataFrame]
    windows: list[Window]
    grid: Grid


def read_print(given: Mapping[str, Any], service: Service, visitor: Visitor) -> Ready:
    """Return the print that a body asks for, with what whoever asks may see of the layers.

    Raises
    ------
    ProblemError
        With every fault of the body; where a layer, or what is found, is not for whoever asks.
    BadInputError
        The area or what lies on it is too much for a print.
    """
    options, grid = Options(given), service.grid()
    faults = [unknown(name, MEMBERS) for name in given if name not in MEMBERS]
    texts = {name: _text(options, name, most) for name, most in TEXTS}
    layers = _names(given.get("layers"), "layers", options)
    scale = _scale(given.get("scale"), options)
    paper, orientation = options.text("paper") or "a3", options.text("orientation") or "landscape"
    language, findings = options.text("language") or "zh", options.flag("findings")
    if language not in {"zh", "en"}:
        options.faults.append(invalid("language", "zh 或 en", "zh or en", language))
    if not options.faults:
        faults += faults_of(paper, orientation, scale, layers)
    selection = _selection(given.get("selection"), options)
    box = _box(given, grid, options)
    if (box is None) == (not selection) and not options.faults:
        faults.append(_WHERE)
    if faults or options.faults:
        raise refused(*faults, *options.faults)
    for layer in dict.fromkeys((*layers, *selection)):
        if visitor.reach(action_on(layer, "read")) is None:
            raise visitor.refuse(action_on(layer, "read"))
    if findings:
        visitor.require("findings.read")
    chosen = _chosen(selection, service, visitor)
    about, around = ([box], 0.0) if box is not None else ([row.geometry for row in chosen], AROUND_MM)
    windows = sheets_for(about, paper, orientation, scale, around)
    routes = tuple(selection.get("routes", ()))
    found = _found(service, windows, routes) if findings else ([], "")
    head = _head(service, texts, found[1], language)
    asked = MapPrint(head, paper, orientation, language, texts["note"], routes, found[0])
    return Ready(asked, _layers(service, visitor, layers, windows), windows, grid)


_WHERE = Fault(
    "print.where", "须说明印哪里：bbox 与 selection 二选一", "say what is printed: either bbox or selection",
    "给出范围 bbox，或要素编号 selection", "give a box, or the ids of features", field="bbox",
)  # fmt: skip


def _text(options: Options, name: str, most: int) -> str:
    said = (options.text(name) or "").strip()
    if len(said) > most:
        options.faults.append(invalid(name, f"至多 {most} 个字", f"text of {most} characters at most", said))
        return ""
    return said


def _names(value: object, name: str, options: Options) -> list[str]:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return list(dict.fromkeys(value))
    options.faults.append(invalid(name, "名称的列表", "a list of names", value, needed=True))
    return []


def _scale(value: object, options: Options) -> int | None:
    """Return a scale; None: as large as fits."""
    if value is None or value == "fit":
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    options.faults.append(invalid("scale", "比例尺分母（如 500）或 fit", "a scale such as 500, or fit", value))
    return None


def _selection(value: object, options: Options) -> dict[str, list[str]]:
    """Return the ids that are asked for, by layer; empty: none are."""
    if value is None:
        return {}
    said = "图层名到编号列表的对象", "an object of lists of ids by layer"
    if not isinstance(value, dict) or not value:
        options.faults.append(invalid("selection", *said, value))
        return {}
    others = [layer for layer in value if layer not in LAYERS]
    if others:
        known = " ".join(LAYERS)
        options.faults += [invalid("selection", f"其中之一：{known}", f"one of {known}", layer) for layer in others]
        return {}
    chosen = {layer: _names(ids, f"selection.{layer}", options) for layer, ids in value.items()}
    count = sum(map(len, chosen.values()))
    if not 1 <= count <= MOST_SELECTED:
        many = f"1 至 {MOST_SELECTED} 个编号", f"1 to {MOST_SELECTED} ids"
        options.faults.append(invalid("selection", *many, count))
    return chosen


def _box(given: Mapping[str, Any], grid: Grid, options: Options) -> shapely.Geometry | None:
    """Return the box that is asked for, in the grid; None: there is none, or it is at fault."""
    value, crs = given.get("bbox"), options.text("bbox_crs")
    if value is None:
        return None
    numbers = value if isinstance(value, list) else []
    if len(numbers) != 4 or not all(isinstance(one, int | float) and not isinstance(one, bool) for one in numbers):  # noqa: PLR2004 - a box has four numbers
        options.faults.append(invalid("bbox", "左、下、右、上四个数", "four numbers: west, south, east, north", value))
        return None
    asked: AskedBox = window_of(",".join(repr(float(one)) for one in numbers), axes_of(crs, grid))
    west, south, east, north = asked.box
    # A box far outside, or of degrees that are none of this grid's, is cut to nothing at the grid's origin.
    options.faults += [fault.at(field="bbox") for fault in coordinate_faults([west, east], [south, north], grid)]
    return shapely.box(west, south, east, north)


def _chosen(selection: Mapping[str, Sequence[str]], service: Service, visitor: Visitor) -> list[Row]:
    """Return the features that are asked for; refuse ids that are none, or none that this one may see."""
    rows, missing = [], []
    for layer, ids in selection.items():
        own = own_ids(service, visitor, layer)
        found = {row.id: row for row in service.store.rows(layer, ids) if own is None or row.id in own}
        missing += [_unknown_id(layer, one) for one in ids if one not in found]
        rows += [found[one] for one in ids if one in found]
    if missing:
        raise refused(*missing)
    return rows


def _unknown_id(layer: str, identity: str) -> Fault:
    return Fault("print.id_unknown", "没有这个编号的要素", "there is no feature of this id", "核对编号，或改用 bbox",
                 "check the id, or give a box", layer=layer, field="selection", value=identity[:80])  # fmt: skip


def _layers(
    service: Service, visitor: Visitor, names: Sequence[str], windows: Sequence[Window]
) -> dict[str, gpd.GeoDataFrame]:
    """Return what lies on the sheets of the layers that are read at their scale, as far as this one may see it."""
    corners = np.array([window.bounds for window in windows])
    west, south = corners[:, :2].min(axis=0).tolist()
    east, north = corners[:, 2:].max(axis=0).tolist()
    box, room, frames = (west, south, east, north), MOST_FEATURES, {}
    for name in names:
        if not is_read_at(name, windows[0].scale):
            continue
        own = own_ids(service, visitor, name)
        if own is None:
            rows = service.store.items(name, box, room + 1)
        else:
            rows = service.store.rows(name, sorted(own))
            touching = shapely.intersects(shapely.box(*box), np.array([row.geometry for row in rows], dtype=object))
            rows = [row for row, here in zip(rows, touching, strict=True) if here]
        if len(rows) > room:
            raise BadInputError([too_many(MOST_FEATURES)])
        room -= len(rows)
        if rows:
            values = [row.properties | {"id": row.id} for row in rows]
            frames[name] = gpd.GeoDataFrame(values, geometry=[row.geometry for row in rows], crs=service.grid().crs)
    return frames


def _found(service: Service, windows: Sequence[Window], routes: Sequence[str]) -> tuple[list[Finding], str]:
    """Return what nobody has accepted on the sheets, of some routes (none: of all), and the id of the policy."""
    county = service.store.county
    if county is None or county.policy is None:
        raise refused(NO_POLICY)
    found = service.findings.on(service.today(), county.policy)
    open_ones = Chosen({}, accepted=False).among(found.table, acceptances.current(service.store))
    table = found.table.iloc[open_ones]
    sheets = shapely.union_all([shapely.box(*window.bounds) for window in windows])
    here = shapely.intersects_xy(sheets, table["x"].to_numpy(np.float64), table["y"].to_numpy(np.float64))
    if routes:
        here &= (table["a"].isin(routes) | ((table["b_layer"] == "routes") & table["b"].isin(routes))).to_numpy()
    rows = open_ones[here & (table["outcome"] != "passes").to_numpy()]
    if len(rows) > MOST_FINDINGS:
        raise refused(
            Fault("print.too_many_findings", f"范围内发现超过 {MOST_FINDINGS} 条",
                  f"more than {MOST_FINDINGS} findings lie there", "缩小范围，或不标发现",
                  "choose a smaller area, or leave the findings out", field="findings", value=len(rows))
        )  # fmt: skip
    return [found.finding(int(row)) for row in rows], county.policy


def _head(service: Service, texts: Mapping[str, str], policy: str, language: str) -> AtlasHead:
    county = service.store.county
    name = "" if county is None else county.name_zh if language == "zh" else county.name_en
    basis = ""
    if policy:
        rules = load_policy(policy)
        basis = f"{rules.document}《{rules.title}》"
    title = texts["title"] or (f"{name}地图" if language == "zh" else f"Map of {name}")
    return AtlasHead(title, service.today(), texts["project"], texts["organisation"], basis)
