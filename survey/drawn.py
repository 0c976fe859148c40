"""Read one drawn feature into the county's grid with every fault named, and write lines back out as GeoJSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.crs import grid as grid_of
from geo.faults import Fault, refuse
from survey.attributes import read_accuracy, read_voltage, read_window
from survey.planned import PlannedRoute
from survey.quantities import vertex_accuracy
from survey.utilities import unknown_utility, utility_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from geo.crs import Grid
    from survey.policies import Defaults

LONLAT = frozenset({"OGC:CRS84", "CRS84", "EPSG:4326", "EPSG:4490", "http://www.opengis.net/def/crs/OGC/1.3/CRS84"})
"""Names of longitude and latitude, in this order; CGCS2000 and WGS 84 are taken as the same."""
_LINES = ("LineString", "MultiLineString")


@dataclass(frozen=True, slots=True)
class Frame:
    """The coordinates of the request and the answer: from it into the grid, and back."""

    into: Callable[[Any, Any], tuple[Any, Any]]
    back: Callable[[Any, Any], tuple[Any, Any]]
    decimals: int

    @classmethod
    def named(cls, crs: str, county: Grid) -> Frame:
        """Return the frame of a name; projected systems go through longitude and latitude."""
        if crs in LONLAT:
            return cls(county.from_lonlat, county.to_lonlat, 9)
        other = grid_of(crs)
        if other == county:
            return cls(lambda x, y: (x, y), lambda x, y: (x, y), 4)
        return cls(
            lambda x, y: county.from_lonlat(*other.to_lonlat(x, y)),
            lambda x, y: other.from_lonlat(*county.to_lonlat(x, y)),
            4,
        )

    def geojson(self, shape: shapely.Geometry) -> dict[str, Any]:
        """Return a point or a line in the grid as GeoJSON in this frame; Z is left out."""
        if shape.geom_type == "Point":
            x, y = self.back(*(np.array([axis], dtype=np.float64) for axis in (shape.x, shape.y)))
            return {"type": "Point", "coordinates": np.round([x[0], y[0]], self.decimals).tolist()}
        parts = []
        for part in shapely.get_parts(shape):
            xy = shapely.get_coordinates(part)
            x, y = self.back(xy[:, 0], xy[:, 1])
            parts.append(np.round(np.column_stack([x, y]), self.decimals).tolist())
        if len(parts) == 1:
            return {"type": "LineString", "coordinates": parts[0]}
        return {"type": "MultiLineString", "coordinates": parts}


def drawn_route(route: Mapping[str, Any], defaults: Defaults, frame: Frame) -> PlannedRoute:
    """Read the feature that was drawn.

    Raises
    ------
    BadInputError
        With every fault.
    """
    properties = route.get("properties") or {}
    name = properties.get("id", route.get("id"))
    faults: list[Fault] = []
    shape = _shape(route.get("geometry"), frame, faults)
    utility = utility_key(properties.get("utility"))
    if utility is None:
        faults.append(unknown_utility(properties.get("utility")))
    start, end = read_window(properties.get("start"), properties.get("end"), faults)
    accuracy = read_accuracy(properties.get("accuracy_m"), faults)
    voltage = read_voltage(properties.get("voltage_kv"), faults)
    refuse(faults)
    operator = properties.get("operator")
    mean_error = vertex_accuracy([accuracy], [properties.get("drawn_by")], defaults)
    return PlannedRoute(
        "" if name is None else str(name),
        utility,
        operator.strip() or None if isinstance(operator, str) else None,
        start,
        end,
        float(mean_error[0]),
        shape,
        voltage,
    )


def _shape(geometry: Any, frame: Frame, faults: list[Fault]) -> shapely.Geometry:  # noqa: ANN401 - GeoJSON or shapely
    """Return the line in the grid; an empty line where there are faults."""
    nothing = shapely.MultiLineString()
    if isinstance(geometry, shapely.Geometry):
        if geometry.geom_type not in _LINES or geometry.is_empty:
            faults.append(_not_a_line(geometry.geom_type))
            return nothing
        return geometry
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in _LINES:
        faults.append(_not_a_line(kind))
        return nothing
    coordinates = geometry.get("coordinates")
    parts = [coordinates] if kind == "LineString" else coordinates
    lines = [line for part in parts or [] if (line := _part(part, frame, faults)) is not None]
    if not lines and not faults:
        faults.append(Fault("line.empty", "线没有顶点", "the line has no vertices", "至少画两个点", "draw two points"))
    if faults:
        return nothing
    return shapely.LineString(lines[0]) if len(lines) == 1 else shapely.MultiLineString(lines)


def _not_a_line(kind: str | None) -> Fault:
    return Fault(
        "geometry.type", "管线须是线", "a route must be a line", "用 LineString 或 MultiLineString",
        "use a LineString or MultiLineString", field="geometry", value=kind,
    )  # fmt: skip


def _part(part: Any, frame: Frame, faults: list[Fault]) -> NDArray[np.float64] | None:  # noqa: ANN401 - as read
    """Return the vertices of one part in the grid, without the Z; None where they are faulty."""
    try:
        xy = np.array([position[:2] for position in part], dtype=np.float64).reshape(-1, 2)
    except (TypeError, ValueError, IndexError):
        faults.append(Fault("coordinate.not_a_number", "坐标不是数字", "a coordinate is no number", field="geometry"))
        return None
    bad = np.flatnonzero(~np.isfinite(xy).all(axis=1))
    faults.extend(
        Fault("coordinate.not_finite", "坐标不是有限的数", "a coordinate is not finite", vertex=int(v))
        for v in bad[:100]
    )
    if len(xy) < 2:  # noqa: PLR2004 - a line has two ends
        faults.append(
            Fault(
                "line.one_point", "线少于两个点", "a line of fewer than two points", "至少画两个点", "draw two points"
            )
        )
        return None
    if len(bad):
        return None
    x, y = frame.into(xy[:, 0], xy[:, 1])
    made: NDArray[np.float64] = np.column_stack([x, y])
    if not np.isfinite(made).all():
        faults.append(
            Fault("coordinate.outside", "坐标不在本县坐标系的范围内", "coordinates do not lie in the county's grid",
                  "检查经纬度次序与坐标系", "check the order of longitude and latitude, and the crs")
        )  # fmt: skip
        return None
    return made
