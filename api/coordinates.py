"""Say in which coordinate reference system a request's or an answer's coordinates are, and turn them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from api.errors import refused
from api.geojson import GRID_DECIMALS, LONLAT_DECIMALS
from geo.crs import coordinate_faults, lonlat_faults
from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from api.geojson import Flat
    from geo.crs import Grid

    Floats = NDArray[np.float64]
    Box = tuple[float, float, float, float]

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CRS84_NAMES = frozenset(
    {CRS84, "OGC:CRS84", "CRS84", "urn:ogc:def:crs:OGC:1.3:CRS84", CRS84.replace("http", "https", 1)}
)
FAR_KM = 50
BOX_NUMBERS = {4: (0, 1, 2, 3), 6: (0, 1, 3, 4)}  # with heights, the third and the sixth number are they
EDGE_POINTS = 17  # an edge of a box of degrees is no straight line in the grid


@dataclass(frozen=True, slots=True)
class Axes:
    """How coordinates are written: degrees (CRS84), or metres of the county's grid in one of two orders.

    Attributes
    ----------
    name
        What the answer's ``Content-Crs`` says.
    grid
        The county's grid.
    degrees
        Whether coordinates are longitude and latitude.
    northing_first
        Whether the first number is the northing: so under the grid's OGC URI, whose registry entry has the axes in
        this order; under the short name ``EPSG:4546`` it is the easting, as surveyors and every file have it.
    """

    name: str
    grid: Grid
    degrees: bool
    northing_first: bool = False

    @property
    def decimals(self) -> int:
        """How many decimals are written."""
        return LONLAT_DECIMALS if self.degrees else GRID_DECIMALS

    def to_grid(self, first: Floats, second: Floats) -> tuple[Floats, Floats]:
        """Return eastings and northings (metres) of coordinates as they are written."""
        if self.degrees:
            return self.grid.from_lonlat(first, second)
        return (second, first) if self.northing_first else (first, second)

    def from_grid(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return coordinates as they are written: the inverse of `to_grid`."""
        if self.degrees:
            return self.grid.to_lonlat(x, y)
        return (y, x) if self.northing_first else (x, y)

    def place(self, flat: Flat) -> Any:  # noqa: ANN401 - shapely is untyped
        """Return the shapely geometry in the grid of positions as they are written; refuse what is not in its zone.

        Raises
        ------
        BadInputError
            With the first bad vertex of each kind of fault: see `geo.crs.coordinate_faults` and ``lonlat_faults``.
        """
        first, second = flat.positions[:, 0], flat.positions[:, 1]
        faults = lonlat_faults(first, second) if self.degrees else []
        if faults:
            raise BadInputError(faults)
        x, y = self.to_grid(first, second)
        faults = coordinate_faults(x, y, self.grid)
        if faults:
            # The grid's word for a place in degrees is its metres there; what was written says more to the writer.
            raise BadInputError([self._as_written(fault, flat) for fault in faults])
        return flat.build(x, y)

    def _as_written(self, fault: Fault, flat: Flat) -> Fault:
        if fault.vertex is None:
            return fault
        return fault.at(value=tuple(flat.positions[fault.vertex, :2].tolist()))


def axes_of(spec: str | None, grid: Grid) -> Axes:
    """Return the axes that ``spec`` names; None is CRS84. Other systems than the county's are refused.

    Examples
    --------
    >>> from geo.crs import grid
    >>> axes_of("EPSG:4546", grid("EPSG:4546")).northing_first
    False
    >>> axes_of("http://www.opengis.net/def/crs/EPSG/0/4546", grid("EPSG:4546")).northing_first
    True
    """
    said = CRS84 if spec is None else spec.strip().strip("<>")
    if said in CRS84_NAMES:
        return Axes(CRS84, grid, degrees=True)
    if said == grid.code or said.upper() == grid.code or said == "grid":
        return Axes(grid.code if grid.code.startswith("EPSG:") else "grid", grid, degrees=False)
    uri = grid_uri(grid)
    number = grid.code.removeprefix("EPSG:")
    if uri is not None and said in {uri, uri.replace("http", "https", 1), f"urn:ogc:def:crs:EPSG::{number}"}:
        return Axes(uri, grid, degrees=False, northing_first=grid.crs.axis_info[0].direction == "north")
    names = " ".join(["OGC:CRS84", "grid", *([grid.code, uri] if uri else [])])
    raise refused(
        Fault("crs.not_offered", "不提供此坐标系", "this CRS is not offered", f"可用：{names}", f"use one of: {names}",
              field="crs", value=said[:80])
    )  # fmt: skip


def grid_uri(grid: Grid) -> str | None:
    """Return the OGC URI of a grid that has an EPSG code; None for a local one."""
    authority, _, number = grid.code.partition(":")
    return f"http://www.opengis.net/def/crs/EPSG/0/{number}" if authority == "EPSG" and number.isdigit() else None


@dataclass(frozen=True, slots=True)
class Window:
    """A box that was asked for: its envelope in the grid and, where it is bent there, its outline."""

    box: Box
    outline: Any

    def holds(self, shape: Any) -> bool:  # noqa: ANN401 - shapely is untyped
        """Tell whether a shape touches the box as it was asked for, whatever its own box does."""
        return bool(shapely.intersects(shapely.box(*self.box) if self.outline is None else self.outline, shape))

    def touches(self, shapes: list[Any]) -> NDArray[np.bool_]:
        """Tell which shapes, whose own boxes touch the envelope, touch the box as it was asked for."""
        if self.outline is None:
            return np.ones(len(shapes), np.bool_)
        found: NDArray[np.bool_] = shapely.intersects(self.outline, np.asarray(shapes, dtype=object))
        return found


def window_of(bbox: str, axes: Axes) -> Window:
    """Read ``bbox`` (4 or 6 numbers, heights are left out of account) written in ``axes``.

    Raises
    ------
    ProblemError
        Not 4 or 6 finite numbers; the lower corner above the upper one; a place that the grid does not reach.

    Examples
    --------
    >>> from geo.crs import grid
    >>> window_of("0,0,5,5", axes_of("EPSG:4546", grid(4546))).box
    (0.0, 0.0, 5.0, 5.0)
    """
    numbers = _numbers(bbox)
    if numbers is None:
        raise _bad_box(bbox, "写成 左,下,右,上 四个数", "write four numbers: west,south,east,north")
    west, south, east, north = numbers
    if west > east or south > north:
        raise _bad_box(bbox, "左下角在前，右上角在后", "give the lower left corner first")
    if not axes.degrees:
        x, y = axes.to_grid(np.array([west, east]), np.array([south, north]))
        return Window((float(x[0]), float(y[0]), float(x[1]), float(y[1])), None)
    reach_w, reach_s, reach_e, reach_n = _reach(axes.grid)
    west, east = max(west, reach_w), min(east, reach_e)
    south, north = max(south, reach_s), min(north, reach_n)
    if west > east or south > north:
        return Window((0.0, 0.0, 0.0, 0.0), shapely.Polygon())
    outline = shapely.segmentize(shapely.box(west, south, east, north), max(east - west, north - south) / EDGE_POINTS)
    bent = shapely.transform(outline, lambda points: np.column_stack(axes.to_grid(points[:, 0], points[:, 1])))
    bounds = bent.bounds
    return Window((bounds[0], bounds[1], bounds[2], bounds[3]), bent)


def _numbers(bbox: str) -> tuple[float, float, float, float] | None:
    try:
        numbers = [float(part) for part in bbox.split(",")]
    except ValueError:
        return None
    kept = BOX_NUMBERS.get(len(numbers))
    if kept is None or not np.isfinite(numbers).all():
        return None
    west, south, east, north = (numbers[index] for index in kept)
    return west, south, east, north


def _reach(grid: Grid) -> Box:
    """Return the degrees a box is cut to: beyond them nothing is stored, and the projection turns to nonsense."""
    if grid.is_transverse_mercator:
        return grid.central_meridian - 6.0, -80.0, grid.central_meridian + 6.0, 84.0
    area = grid.crs.area_of_use
    return (area.west, area.south, area.east, area.north) if area else (-180.0, -85.0, 180.0, 85.0)


def _bad_box(bbox: str, mend_zh: str, mend_en: str) -> Exception:
    return refused(
        Fault("bbox.malformed", "范围无效", "the box cannot be read", mend_zh, mend_en, field="bbox", value=bbox[:80])
    )


def far_note(geometry: Any, box: Box | None) -> dict[str, str] | None:  # noqa: ANN401 - shapely is untyped
    """Return a note if ``geometry`` is farther than `FAR_KM` from the county's ``box`` (grid metres), else None."""
    if box is None:
        return None
    distance = float(shapely.distance(geometry, shapely.box(*box))) / 1000
    if distance <= FAR_KM:
        return None
    return {
        "code": "coordinate.far",
        "zh": f"离本县已有数据 {distance:.0f} 公里，请核对坐标",
        "en": f"{distance:.0f} km from everything the county has: check the coordinates",
    }
