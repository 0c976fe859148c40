"""Find coordinates that cannot be of the grid they are said to be in, and name how to mend each."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from geo.faults import Fault
from geo.grids import (
    CHINA_LAT_DEG,
    CHINA_LON_DEG,
    FIRST_LON_DEG,
    LAST_LON_DEG,
    ZONE_M,
    Grid,
    code_of_zone,
    code_without_zone,
    grid_at,
    in_china,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

PREFIXED_M = (100_000.0, 900_000.0)  # what may follow a zone's number
BESIDE_ZONE_DEG = 1.0  # how far beyond its zone a grid is still used: a county on the edge keeps one grid


def lonlat_faults(
    lon: ArrayLike,
    lat: ArrayLike,
    *,
    feature: ArrayLike | None = None,
    vertex: ArrayLike | None = None,
) -> list[Fault]:
    """Return what is wrong with coordinates that are said to be longitude and latitude in degrees.

    Not finite; metres where degrees are expected; latitude before longitude (only where it is beyond doubt, that is
    where the pair read the other way round lies in China and as it stands does not). Parameters and result as of
    `coordinate_faults`.

    >>> [fault.code for fault in lonlat_faults([33.05, 579391.6], [111.85, 3658614.5])]
    ['coordinate.lonlat_swapped', 'coordinate.metres']
    """
    said = _Said(lon, lat, feature, vertex)
    finite = said.finite
    swapped = finite & ~in_china(said.x, said.y) & in_china(said.y, said.x)
    metres = finite & ~swapped & ((np.abs(said.x) > 180) | (np.abs(said.y) > 90))
    found = [
        *said.faults(~finite, _NOT_FINITE),
        *said.faults(swapped, _LONLAT_SWAPPED),
        *said.faults(metres, _METRES),
    ]
    return _ordered(found)


def coordinate_faults(
    x: ArrayLike,
    y: ArrayLike,
    grid: Grid,
    *,
    feature: ArrayLike | None = None,
    vertex: ArrayLike | None = None,
) -> list[Fault]:
    """Return what is wrong with coordinates that are said to be metres of ``grid``, each with its mend.

    Parameters
    ----------
    x, y
        Eastings and northings, float64[n].
    grid
        The grid they are said to be in.
    feature
        What each vertex belongs to, [n] (row numbers or ids, in runs); None: all belong to one feature.
    vertex
        The index of each vertex in its feature, int[n]; None: counted within each run of ``feature``.

    Returns
    -------
    list of Fault
        One for each feature and kind, naming the first such vertex, its value and, if there are more, how many; in
        the order of the vertices. Empty where all is well, and for no coordinates at all.
        ``coordinate.not_finite``, ``coordinate.degrees``, ``coordinate.lonlat_swapped``, ``coordinate.axes_swapped``,
        ``coordinate.zone_prefix`` (the easting carries another zone's number, or one where the grid has none),
        ``coordinate.zone_prefix_missing``, ``coordinate.mixed_zones``, ``coordinate.out_of_zone``.

    Notes
    -----
    A vertex that is plausible as it stands is never at fault: only where a pair is far outside the grid's zone are
    the other readings tried. *Plausible* is, for a Gauss-Krüger grid, within its zone and 1 degree beside it
    (2.5 degrees from the meridian of a 3-degree grid) and north of the equator to 56 degrees; for other systems, the
    registry's area of use and 1 degree around it, or anything PROJ can invert.

    Examples
    --------
    >>> for fault in coordinate_faults([38445293.5], [3885851.8], grid_at(113.4, 35.1)):
    ...     print(fault.code, "|", fault.mend_zh)
    coordinate.zone_prefix | 应使用 EPSG:4526
    """
    said = _Said(x, y, feature, vertex)
    bad = said.finite & ~_plausible(grid, said.x, said.y)
    if said.finite.all() and not bad.any():
        return []
    found = list(said.faults(~said.finite, _NOT_FINITE))
    prefixes, own = _prefixes(said.x, said.y), grid.zone_prefix
    zoned = bad & (prefixes > 0) & (prefixes != own)
    bare = bad & (prefixes == 0) & (own > 0) & _plausible(grid, said.x + own * ZONE_M, said.y)
    found += _zone_faults(said, grid, prefixes, zoned, bare)
    left = bad & ~zoned & ~bare
    for reading, says in (
        (in_china(said.x, said.y), _DEGREES),
        (in_china(said.y, said.x), _LONLAT_SWAPPED),
        (_plausible_swapped(grid, said.x, said.y), lambda at: _axes_swapped(grid, *at)),
    ):
        found += said.faults(left & reading, says)
        left = left & ~reading
    found += said.faults(left, lambda at: _out_of_zone(grid, *at))
    return _ordered(found)


def _zone_width(grid: Grid) -> float:
    """Return 3 or 6 degrees: 3 where the registry's area of use is that wide, 6 where it is wider or not known."""
    area = grid.crs.area_of_use
    return 3.0 if area is not None and area.east - area.west <= 3.5 else 6.0


def _plausible(grid: Grid, x: Floats, y: Floats) -> NDArray[np.bool_]:
    """Whether each pair lies in the grid's zone or area of use, or close beside it."""
    with np.errstate(invalid="ignore"):
        lon, lat = grid.to_lonlat(x, y)
        west, south, east, north = _reach(grid)
        return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north) & _honest(grid, x, y)


def _honest(grid: Grid, x: Floats, y: Floats) -> NDArray[np.bool_]:
    """Whether the pair is within 1,000 km of the meridian and 10,000 km of the equator: farther, the series wraps."""
    if not grid.is_transverse_mercator:
        return np.ones(np.shape(x), np.bool_)
    return np.asarray((np.abs(x - grid.false_easting) < ZONE_M) & (np.abs(y - grid.false_northing) < 10 * ZONE_M))


def _reach(grid: Grid) -> tuple[float, float, float, float]:
    area = grid.crs.area_of_use
    if grid.is_transverse_mercator:
        half = _zone_width(grid) / 2 + BESIDE_ZONE_DEG
        meridian = grid.central_meridian
        china = CHINA_LON_DEG[0] <= meridian <= CHINA_LON_DEG[1] and grid.latitude_of_origin >= 0
        south, north = CHINA_LAT_DEG if china else (-84.0, 84.0)
        return meridian - half, south, meridian + half, north
    if area is None:
        return -180.0, -90.0, 180.0, 90.0
    around = BESIDE_ZONE_DEG
    return area.west - around, area.south - around, area.east + around, area.north + around


def _plausible_swapped(grid: Grid, x: Floats, y: Floats) -> NDArray[np.bool_]:
    """Whether the pair read the other way round fits, with or without a zone's number before the easting."""
    zone, rest = _split(y)
    east = np.where(zone > 0, rest, y) + grid.zone_prefix * ZONE_M
    return _plausible(grid, y, x) | _plausible(grid, east, x)


def _split(x: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Return the zone's number before each easting (0: none) and the easting without it."""
    with np.errstate(invalid="ignore"):
        zone = np.where(np.isfinite(x), np.floor(x / ZONE_M), 0.0)
        rest = x - zone * ZONE_M
        known = ((zone >= 13) & (zone <= 23)) | ((zone >= 25) & (zone <= 45))
        known &= (rest >= PREFIXED_M[0]) & (rest <= PREFIXED_M[1])
    return np.where(known, zone, 0).astype(np.int64), rest


def _prefixes(x: Floats, y: Floats) -> NDArray[np.int64]:
    """Return the zone's number of each easting; 0 where there is none or the northing is not one of China."""
    with np.errstate(invalid="ignore"):
        return np.where((y > 0) & (y < 6_300_000), _split(x)[0], 0)


class _Said:
    """Coordinates with the feature and vertex each belongs to."""

    def __init__(self, x: ArrayLike, y: ArrayLike, feature: ArrayLike | None, vertex: ArrayLike | None) -> None:
        self.x = np.atleast_1d(np.asarray(x, np.float64))
        self.y = np.atleast_1d(np.asarray(y, np.float64))
        self.finite = np.isfinite(self.x) & np.isfinite(self.y)
        self.feature = None if feature is None else np.asarray(feature)
        self._vertex = None if vertex is None else np.asarray(vertex)

    def faults(
        self, bad: NDArray[np.bool_], says: Fault | Callable[[tuple[float, float]], Fault]
    ) -> Iterator[tuple[int, Fault]]:
        """Yield (position, fault) for the first bad vertex of each feature; a callable ``says`` gets its value."""
        places = np.flatnonzero(bad)
        if places.size == 0:
            return
        if self.feature is None:
            firsts, counts = places[:1], np.array([places.size])
        else:
            _, at, counts = np.unique(self.feature[places], return_index=True, return_counts=True)
            firsts = places[at]
        for first, count in zip(firsts.tolist(), counts.tolist(), strict=True):
            value = (float(self.x[first]), float(self.y[first]))
            feature = None if self.feature is None else self.feature[first].item()
            fault = (says if isinstance(says, Fault) else says(value)).at(value=value)
            yield first, _counted(fault, count).at(feature=feature, vertex=int(self._vertices[first]))

    @cached_property
    def _vertices(self) -> NDArray[Any]:
        """The index of each vertex in its feature, counted from the start of each run where it was not given."""
        positions = np.arange(self.x.size)
        if self._vertex is not None:
            return self._vertex
        if self.feature is None:
            return positions
        new = np.append(True, self.feature[1:] != self.feature[:-1])
        return positions - np.maximum.accumulate(np.where(new, positions, 0))


def _ordered(found: list[tuple[int, Fault]]) -> list[Fault]:
    return [fault for _, fault in sorted(found, key=lambda item: (item[0], item[1].code))]


def _counted(fault: Fault, count: int) -> Fault:
    if count == 1:
        return fault
    return fault.at(zh=f"{fault.zh} (共 {count} 个顶点)", en=f"{fault.en} ({count} vertices)")


def _zone_faults(
    said: _Said,
    grid: Grid,
    prefixes: NDArray[np.int64],
    zoned: NDArray[np.bool_],
    bare: NDArray[np.bool_],
) -> Iterator[tuple[int, Fault]]:
    """Yield the faults of zone numbers: mixed ones as such, else a wrong one, else a missing one."""
    metric = said.finite & ((prefixes > 0) | ((said.x > PREFIXED_M[0]) & (said.x < PREFIXED_M[1])))
    kinds = np.unique(prefixes[metric]).tolist()
    if len(kinds) > 1 and (zoned | bare).any():
        yield from said.faults(zoned | bare, _mixed_zones(grid, kinds))
        return
    yield from said.faults(zoned, lambda at: _zone_prefix(grid, int(at[0] // ZONE_M)))
    yield from said.faults(bare, _zone_prefix_missing(grid))


def _zone_prefix(grid: Grid, zone: int) -> Fault:
    code = code_of_zone(grid, zone)
    return Fault(
        "coordinate.zone_prefix",
        f"坐标带 {zone} 号带号，与 {_label(grid)} 不符",
        f"the easting carries the zone number {zone}, which {_label(grid)} does not have",
        f"应使用 {code}",
        f"read it as {code}",
    )


def _zone_prefix_missing(grid: Grid) -> Fault:
    code = code_without_zone(grid)
    return Fault(
        "coordinate.zone_prefix_missing",
        f"坐标没有 {grid.zone_prefix} 号带号，{_label(grid)} 的横坐标应带带号",
        f"the easting lacks the zone number {grid.zone_prefix} that eastings of {_label(grid)} carry",
        f"应使用 {code}" if code else "请改用不带带号的坐标系",
        f"read it as {code}" if code else "use the system without the number",
    )


def _mixed_zones(grid: Grid, kinds: list[int]) -> Fault:
    zones = [kind for kind in kinds if kind]
    listed_zh = "、".join(f"{zone} 号带" for zone in zones) + ("和不带带号" if 0 in kinds else "")
    listed_en = ", ".join(f"zone {zone}" for zone in zones) + (" and no zone number" if 0 in kinds else "")
    codes = "、".join(f"{zone} 号带 {code_of_zone(grid, zone)}" for zone in zones)
    codes_en = ", ".join(f"zone {zone} as {code_of_zone(grid, zone)}" for zone in zones)
    return Fault(
        "coordinate.mixed_zones",
        f"坐标混有 {listed_zh}的横坐标",
        f"eastings are mixed: {listed_en}",
        f"请按带分开读入 ({codes})，再转换到同一坐标系",
        f"read each zone by itself ({codes_en}), then transform all to one system",
    )


def _out_of_zone(grid: Grid, x: float, y: float) -> Fault:
    lon, lat = (float(value) for value in grid.to_lonlat(x, y))
    near = grid.is_transverse_mercator and abs(x - grid.false_easting) < ZONE_M
    in_zones = near and FIRST_LON_DEG <= lon < LAST_LON_DEG and 3.0 <= lat <= CHINA_LAT_DEG[1]
    better = grid_at(lon, lat) if in_zones else None
    away_zh = f"，在 {lon:.2f}°E，离中央经线 {abs(lon - grid.central_meridian):.1f}°" if in_zones else ""
    away_en = f": {lon:.2f}°E, {abs(lon - grid.central_meridian):.1f}° from the central meridian" if in_zones else ""
    return Fault(
        "coordinate.out_of_zone",
        f"坐标不在 {_label(grid)} 的范围内{away_zh}",
        f"the coordinate is outside {_label(grid)}{away_en}",
        f"请核对坐标系；该处应使用 {better.code}" if better else "请核对坐标系和坐标值",
        f"check the system; the grid of this place is {better.code}" if better else "check the system and the value",
    )


def _axes_swapped(grid: Grid, x: float, y: float) -> Fault:
    zone = int(_prefixes(np.array([y]), np.array([x]))[0])
    other = zone > 0 and zone != grid.zone_prefix
    code = code_of_zone(grid, zone) if other else ""
    return Fault(
        "coordinate.axes_swapped",
        "横纵坐标颠倒 (北坐标在前)",
        "northing stands before easting",
        "请交换两列：x 为东坐标 (横)，y 为北坐标 (纵)" + (f"，并使用 {code}" if other else ""),
        "exchange the two: x is the easting, y the northing" + (f"; and read it as {code}" if other else ""),
    )


def _label(grid: Grid) -> str:
    return grid.code if len(grid.code) <= 20 else grid.name


_NOT_FINITE = Fault(
    "coordinate.not_finite",
    "坐标不是有限数",
    "a coordinate is not a finite number",
    "请补全或删除该顶点",
    "complete or delete this vertex",
)
_DEGREES = Fault(
    "coordinate.degrees",
    "应为米，却是经纬度 (度)",
    "degrees where metres are expected",
    "请按 OGC:CRS84 (经度, 纬度) 读入",
    "read it as OGC:CRS84 (longitude, latitude)",
)
_LONLAT_SWAPPED = Fault(
    "coordinate.lonlat_swapped",
    "经纬度颠倒 (纬度在前)",
    "latitude stands before longitude",
    "请交换两列，按经度、纬度 (OGC:CRS84) 读入",
    "exchange the two and read them as longitude, latitude (OGC:CRS84)",
)
_METRES = Fault(
    "coordinate.metres",
    "应为经纬度 (度)，却是米或超出范围的数",
    "metres, or numbers out of range, where degrees are expected",
    "请指定数据的投影坐标系，如 EPSG:4547",
    "name the projected system of the data, such as EPSG:4547",
)
