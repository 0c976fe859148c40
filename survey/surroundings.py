"""Hold what a route runs through: roads with their class and dates, greens; built once, asked many times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.crossings import Areas
from geo.faults import Fault, refuse
from geo.polylines import Polylines
from survey.assumed_roads import WIDTH_ERROR_SHARE, assumed_road
from survey.periods import as_date
from survey.policies import ROAD_CLASSES

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.crs import Grid
    from survey.policies import Defaults

_POLYGONS = (3, 6)


@dataclass(frozen=True, slots=True)
class RoadFacts:
    """What the layer of roads says of each road; lists by road number, None where it says nothing.

    Parameters
    ----------
    assumed
        True where class or width is taken from ``highway`` and not stated.
    accuracy_m
        Mean error of an edge of the carriageway (metres).
    shapes
        The carriageways as polygons in the grid; a centre line is widened to its width with round ends, as in
        `geo.crossings`.
    keeps
        Whether the layer states ``class``, ``delivered``, ``overhauled`` for at least one road.
    left_out
        How many rows are no carriageway of a road (footways and the like) and were left out.
    """

    ids: list[str]
    names: list[str | None]
    classes: list[str | None]
    delivered: list[date | None]
    overhauled: list[date | None]
    assumed: NDArray[np.bool_]
    accuracy_m: NDArray[np.float64]
    shapes: NDArray[np.object_]
    keeps: frozenset[str]
    left_out: int

    def label(self, road: int) -> str:
        """Return the road's name, else its id."""
        return self.names[road] or self.ids[road]


@dataclass(frozen=True, slots=True)
class Edges:
    """The edges of polygons as segments, to tell the direction of the edge at a place on it."""

    tree: shapely.STRtree
    ux: NDArray[np.float64]
    uy: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Roads and greens of a county in its grid. Build with `from_frames`; build anew when a road or green changes.

    Parameters
    ----------
    roads
        The carriageways for `geo.crossings`; ``owner`` is the road's number in ``facts``.
    facts
        What is known of each road.
    edges
        Edges of the carriageways given as polygons.
    road_tree
        Boxes of ``facts.shapes``.
    greens, green_areas, green_tree
        Polygons of the greens, the same for `geo.crossings` (``owner`` is the number of the green), and their boxes.
    green_ids, green_names
        By number of the green.
    grid
        The grid of all coordinates.
    defaults
        The county's defaults.
    """

    roads: Areas
    facts: RoadFacts
    edges: Edges
    road_tree: shapely.STRtree
    greens: NDArray[np.object_]
    green_areas: Areas
    green_tree: shapely.STRtree
    green_ids: list[str]
    green_names: list[str | None]
    grid: Grid
    defaults: Defaults

    @classmethod
    def from_frames(
        cls, roads: gpd.GeoDataFrame | None, greens: gpd.GeoDataFrame | None, grid: Grid, defaults: Defaults
    ) -> Surroundings:
        """Build from the layers ``roads`` and ``greens`` in the grid's coordinates; None or empty means there are none.

        Roads are polygons of the carriageway, or lines with ``width_m``, or lines with OpenStreetMap's ``highway``,
        from which class and width are taken and marked as assumed. Columns that are missing are unknown.

        Raises
        ------
        BadInputError
            With every road that is neither, has no width, has a class of no name, or a date that is none.
        """
        rows = _road_rows(roads)
        facts = _facts(rows, (0 if roads is None else len(roads)) - len(rows), defaults)
        green_shapes, green_ids, green_names = _greens(greens)
        return cls(
            roads=_areas(rows),
            facts=facts,
            edges=_edges(np.array([r.shape for r in rows if r.width_m is None], dtype=object)),
            road_tree=shapely.STRtree(facts.shapes),
            greens=green_shapes,
            green_areas=Areas.from_polygons(green_shapes, np.arange(len(green_shapes))),
            green_tree=shapely.STRtree(green_shapes),
            green_ids=green_ids,
            green_names=green_names,
            grid=grid,
            defaults=defaults,
        )


@dataclass(slots=True)
class _Road:
    """One row of the layer as it is taken; ``width_m`` None: a polygon."""

    id: str
    name: str | None
    road_class: str | None
    delivered: date | None
    overhauled: date | None
    width_m: float | None
    accuracy_m: float | None
    assumed: bool
    shape: Any


def _column(frame: gpd.GeoDataFrame, name: str) -> list[Any]:
    return list(frame[name]) if name in frame else [None] * len(frame)


def _number(value: object) -> float | None:
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever float() refuses is no number
    except (TypeError, ValueError):
        return None
    return number if np.isfinite(number) and number >= 0 else None


def _word(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _road_rows(frame: gpd.GeoDataFrame | None) -> list[_Road]:
    if frame is None or frame.empty:
        return []
    names = ("id", "name", "class", "delivered", "overhauled", "width_m", "accuracy_m", "highway")
    columns = [_column(frame, name) for name in names]
    faults: list[Fault] = []
    rows = []
    for number, (shape, *values) in enumerate(zip(frame.geometry.to_numpy(), *columns, strict=True)):
        if shape is not None and not shape.is_empty:
            rows.append(_road(number, shape, dict(zip(names, values, strict=True)), faults))
    refuse(faults)
    return [row for row in rows if row is not None]


def _road(number: int, shape: Any, row: dict[str, Any], faults: list[Fault]) -> _Road | None:  # noqa: ANN401 - shapely
    """Take one row; None for what is no carriageway. Faults are noted, not raised."""
    name = _word(row["name"])
    road_id = str(row["id"]) if row["id"] is not None else str(number)
    said = _road_class(row["class"], road_id, faults)
    osm = assumed_road(row["highway"])
    dates = [_date(row[key], key, road_id, faults) for key in ("delivered", "overhauled")]
    accuracy, width, guessed = _number(row["accuracy_m"]), _number(row["width_m"]), False
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        width = None
    elif shape.geom_type not in ("LineString", "MultiLineString"):
        faults.append(
            Fault("road.geometry", "道路既不是面也不是线", "a road is neither a polygon nor a line", feature=road_id)
        )
        return None
    elif not width:
        if osm.road_class is None and _word(row["highway"]):
            return None
        width, guessed = osm.width_m, True
        if not width:
            faults.append(_no_width(road_id))
            return None
        if accuracy is None:  # both edges together carry the error of the width
            accuracy = width * WIDTH_ERROR_SHARE / np.sqrt(2.0)
    assumed = guessed or (said is None and osm.road_class is not None)
    return _Road(road_id, name, said or osm.road_class, dates[0], dates[1], width, accuracy, assumed, shape)


def _no_width(road_id: str) -> Fault:
    return Fault(
        "road.width", "道路中心线没有宽度", "the centre line of a road has no width", "填写 width_m（米）",
        "give width_m (metres)", feature=road_id, field="width_m",
    )  # fmt: skip


_CLASS_WORDS = {
    **{key: key for key in ROAD_CLASSES},
    **{zh: key for key, (zh, _) in ROAD_CLASSES.items()},
    "主干道": "arterial",
    "次干道": "collector",
}


def _road_class(value: object, road_id: str, faults: list[Fault]) -> str | None:
    word = _word(value)
    if word is None:
        return None
    if word.lower() not in _CLASS_WORDS:
        known_zh = "、".join(f"{zh}（{key}）" for key, (zh, _) in ROAD_CLASSES.items())
        faults.append(
            Fault("road.class", "不认识的道路等级", "unknown class of road", f"填写其中之一：{known_zh}",
                  f"use one of: {', '.join(ROAD_CLASSES)}", feature=road_id, field="class", value=word)
        )  # fmt: skip
    return _CLASS_WORDS.get(word.lower())


def _date(value: object, field: str, road_id: str, faults: list[Fault]) -> date | None:
    try:
        return as_date(value)
    except ValueError:
        faults.append(
            Fault("road.date", "不是日期", "not a date", "写成 2020-03-15", "write it as 2020-03-15",
                  feature=road_id, field=field, value=str(value))
        )  # fmt: skip
        return None


def _facts(rows: list[_Road], left_out: int, defaults: Defaults) -> RoadFacts:
    keeps = {
        "class": any(r.road_class for r in rows),
        "delivered": any(r.delivered for r in rows),
        "overhauled": any(r.overhauled for r in rows),
    }
    shapes = np.array([r.shape for r in rows], dtype=object)
    for number, row in enumerate(rows):
        if row.width_m is not None:
            shapes[number] = row.shape.buffer(row.width_m / 2, cap_style="round", join_style="round")
    stated = [r.accuracy_m for r in rows]
    return RoadFacts(
        ids=[r.id for r in rows],
        names=[r.name for r in rows],
        classes=[r.road_class for r in rows],
        delivered=[r.delivered for r in rows],
        overhauled=[r.overhauled for r in rows],
        assumed=np.array([r.assumed for r in rows], dtype=bool),
        accuracy_m=np.array([defaults.accuracy_m["roads"] if a is None else a for a in stated], dtype=np.float64),
        shapes=shapes,
        keeps=frozenset(key for key, kept in keeps.items() if kept),
        left_out=left_out,
    )


def _areas(rows: list[_Road]) -> Areas:
    polygons = [(n, r) for n, r in enumerate(rows) if r.width_m is None]
    lines = [(n, r) for n, r in enumerate(rows) if r.width_m is not None]
    made = []
    if polygons or not lines:
        shapes = np.array([r.shape for _, r in polygons], dtype=object)
        made.append(Areas.from_polygons(shapes, np.array([n for n, _ in polygons], dtype=np.int64)))
    if lines:
        made.append(
            Areas.from_centrelines(
                Polylines.from_shapely(np.array([r.shape for _, r in lines], dtype=object)),
                np.array([r.width_m for _, r in lines], dtype=np.float64),
                np.array([n for n, _ in lines], dtype=np.int64),
            )
        )
    return made[0] if len(made) == 1 else Areas.concatenate(made)


def _edges(polygons: NDArray[np.object_]) -> Edges:
    rings = shapely.get_rings(polygons) if len(polygons) else np.array([], dtype=object)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    a, b = xy[:-1][same], xy[1:][same]
    length = np.hypot(*(b - a).T)
    a, b, length = a[length > 0], b[length > 0], length[length > 0]
    direction = (b - a) / length[:, None]
    segments = shapely.linestrings(np.stack([a, b], axis=1)) if len(a) else np.array([], dtype=object)
    return Edges(shapely.STRtree(segments), direction[:, 0].copy(), direction[:, 1].copy())


def _greens(frame: gpd.GeoDataFrame | None) -> tuple[NDArray[np.object_], list[str], list[str | None]]:
    if frame is None or frame.empty:
        return np.array([], dtype=object), [], []
    shapes = frame.geometry.to_numpy()
    kept = np.isin(shapely.get_type_id(shapes), _POLYGONS) & ~shapely.is_empty(shapes)
    ids = _column(frame, "id") if "id" in frame else list(range(len(frame)))
    names = _column(frame, "name")
    where = np.flatnonzero(kept)
    return shapes[kept], [str(ids[k]) for k in where], [_word(names[k]) for k in where]
