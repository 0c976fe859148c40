"""Know a county's grid: which projected coordinate system its metres are in, and what does not belong into it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

FIRST_LON_DEG, LAST_LON_DEG = 73.5, 136.5  # the 3-degree zones 25 to 45
CHINA_LON_DEG, CHINA_LAT_DEG = (72.0, 138.0), (0.0, 56.0)
ZONE_M = 1_000_000.0  # the zone's number stands before the six digits of the easting
PREFIXED_M = (100_000.0, 900_000.0)  # what may follow a zone's number
BESIDE_ZONE_DEG = 1.0  # how far beyond its zone a grid is still used: a county on the edge keeps one grid


class Ellipsoid(NamedTuple):
    """Semi-major axis ``a`` in metres and flattening ``f``."""

    a: float
    f: float


class _Family(NamedTuple):
    """First EPSG codes of one datum's Gauss-Krüger grids: with the zone's number (3°, 6°) and without (3°, 6°)."""

    prefixed_3: int
    truncated_3: int
    prefixed_6: int
    truncated_6: int


# EPSG registry; zones 25-45 (3°, central meridians 75-135°E) and 13-23 (6°, 75-135°E) of each datum.
_FAMILIES = {
    "CGCS2000": _Family(4513, 4534, 4491, 4502),
    "Xian 1980": _Family(2349, 2370, 2327, 2338),
    "Beijing 1954": _Family(2401, 2422, 21413, 21453),
}
_FAMILY_OF_DATUM = {
    "China 2000": "CGCS2000",
    "Xian 1980": "Xian 1980",
    "Beijing 1954": "Beijing 1954",
}


@dataclass(frozen=True, slots=True)
class Grid:
    """A projected coordinate system in metres, as a county computes and stores in it.

    Two grids are equal when their ``code`` is. Made by `grid` and `grid_at`, not by hand.

    Parameters
    ----------
    code
        ``"EPSG:4546"``, or the WKT where the system is in no registry (a local city grid).
    name
        The system's own name.
    crs
        The `pyproj.CRS`.
    ellipsoid
        Semi-major axis in metres and flattening.
    is_transverse_mercator
        True where the six numbers below describe the projection; else they are zero and NaN.
    central_meridian, latitude_of_origin
        Degrees; NaN unless transverse Mercator.
    false_easting, false_northing
        Metres.
    scale
        Scale on the central meridian: 1 in China's grids, 0.9996 in UTM.

    Examples
    --------
    >>> neixiang = grid("EPSG:4546")
    >>> neixiang.name
    'CGCS2000 / 3-degree Gauss-Kruger CM 111E'
    >>> x, y = neixiang.from_lonlat(111.85, 33.05)
    >>> f"{x:.4f} {y:.4f}"
    '579391.5870 3658614.4707'
    """

    code: str
    name: str = field(compare=False)
    crs: CRS = field(compare=False, repr=False)
    ellipsoid: Ellipsoid = field(compare=False)
    is_transverse_mercator: bool = field(compare=False)
    central_meridian: float = field(compare=False)
    latitude_of_origin: float = field(compare=False)
    false_easting: float = field(compare=False)
    false_northing: float = field(compare=False)
    scale: float = field(compare=False)

    @property
    def is_gauss_kruger(self) -> bool:
        """Whether ellipsoid, central meridian and false easting say everything: scale 1, from the equator, north 0."""
        return (
            self.is_transverse_mercator
            and self.scale == 1.0
            and self.latitude_of_origin == 0.0
            and self.false_northing == 0.0
        )

    @property
    def zone_prefix(self) -> int:
        """The zone's number before the easting (38 for EPSG:4526); 0 where there is none."""
        return int(self.false_easting // ZONE_M) if self.is_transverse_mercator and self.false_easting > 0 else 0

    def to_lonlat(self, x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
        """Return longitude and latitude (degrees, OGC:CRS84) of eastings ``x`` and northings ``y`` (metres).

        Scalars or arrays of one shape; NaN and what cannot be projected give NaN. CGCS2000 is taken as WGS 84 (they
        agree to centimetres); an older datum goes through the transformation PROJ holds for it, some metres good.
        """
        lon, lat = _transformers(self)[0].transform(np.asarray(x, np.float64), np.asarray(y, np.float64))
        return _finite_or_nan(lon), _finite_or_nan(lat)

    def from_lonlat(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
        """Return easting and northing (metres) of longitudes and latitudes (degrees): the inverse of `to_lonlat`."""
        x, y = _transformers(self)[1].transform(np.asarray(lon, np.float64), np.asarray(lat, np.float64))
        return _finite_or_nan(x), _finite_or_nan(y)

    def to_geodetic(self, x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
        """Return longitude and latitude (degrees) on the grid's own datum and ellipsoid, for geodesic lengths."""
        lon, lat = _transformers(self)[2].transform(np.asarray(x, np.float64), np.asarray(y, np.float64))
        return _finite_or_nan(lon), _finite_or_nan(lat)


def grid(spec: str | int | CRS | Grid) -> Grid:
    """Return the grid that ``spec`` names: an EPSG number or code, WKT, a PROJ string, a `pyproj.CRS` or a `Grid`.

    Raises
    ------
    BadInputError
        ``crs.unknown`` (nothing of that name), ``crs.geographic`` (degrees), ``crs.not_projected``, ``crs.unit``
        (feet, kilometres), ``crs.web_mercator`` (its metres are no metres on the ground: 1.2 of them at 35° north).

    Examples
    --------
    >>> grid(4547) == grid("EPSG:4547")
    True
    >>> grid("EPSG:4490")
    Traceback (most recent call last):
    ...
    geo.faults.BadInputError: 'EPSG:4490': ... in degrees, not metres — ...
    """
    if isinstance(spec, Grid):
        return spec
    return _grid_of(spec if isinstance(spec, str | int) else spec.to_wkt())


def grid_at(lon: ArrayLike, lat: ArrayLike, *, prefixed: bool = False) -> Grid:
    """Return the CGCS2000 3-degree grid of a place: EPSG:4534-4554, with ``prefixed`` EPSG:4513-4533.

    Parameters
    ----------
    lon, lat
        Degrees; of many places the zone of the middle of their box is taken. NaN are left out. A place on the edge of
        two zones gets the eastern one. ``lat`` chooses nothing, but a swapped pair is found by it.
    prefixed
        Whether eastings carry the zone's number.

    Raises
    ------
    BadInputError
        ``coordinate.outside_zones`` where the middle is not between 73.5 and 136.5 degrees east, or nothing is finite.

    Notes
    -----
    Zone ``z = floor((lon + 1.5) / 3)``, central meridian ``3 z`` (GB/T 17278; EPSG registry).

    Examples
    --------
    >>> grid_at(113.4, 35.1).code, grid_at(113.4, 35.1, prefixed=True).code
    ('EPSG:4547', 'EPSG:4526')
    """
    middle_lon, middle_lat = _middle(lon), _middle(lat)
    inside = FIRST_LON_DEG <= middle_lon < LAST_LON_DEG and abs(middle_lat) <= 90
    if not inside:
        raise BadInputError([_outside_zones(middle_lon, middle_lat)])
    family = _FAMILIES["CGCS2000"]
    return grid((family.prefixed_3 if prefixed else family.truncated_3) + int(zones_at(middle_lon)) - 25)


def zones_at(lon: ArrayLike, *, width: int = 3) -> NDArray[np.int64]:
    """Return the number of the 3- or 6-degree Gauss-Krüger zone of each longitude (degrees, finite).

    >>> zones_at([113.4, 115.5, 111.85]).tolist(), zones_at([113.4], width=6).tolist()
    ([38, 39, 37], [19])
    """
    degrees = np.asarray(lon, np.float64)
    first = 1.5 if width == 3 else 6.0
    return np.floor((degrees + first) / width).astype(np.int64)


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
    swapped = finite & ~_in_china(said.x, said.y) & _in_china(said.y, said.x)
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
    >>> for fault in coordinate_faults([38445293.5], [3885851.8], globals()["grid"](4547)):
    ...     print(fault.code, "|", fault.mend_zh)
    coordinate.zone_prefix | 应使用 EPSG:4526
    """
    said = _Said(x, y, feature, vertex)
    bad = said.finite & ~_plausible(grid, said.x, said.y)
    if said.finite.all() and not bad.any():
        return []
    found = list(said.faults(~said.finite, _NOT_FINITE))
    left = bad
    for reading, says in (
        (_in_china(said.x, said.y), _DEGREES),
        (_in_china(said.y, said.x), _LONLAT_SWAPPED),
        (_plausible_swapped(grid, said.x, said.y), _AXES_SWAPPED),
    ):
        found += said.faults(left & reading, says)
        left = left & ~reading
    prefixes = _prefixes(said.x, said.y)
    zoned = left & (prefixes > 0) & (prefixes != grid.zone_prefix)
    bare = (
        left & (prefixes == 0) & (grid.zone_prefix > 0) & _plausible(grid, said.x + grid.zone_prefix * ZONE_M, said.y)
    )
    found += _zone_faults(said, grid, prefixes, zoned, bare)
    found += said.faults(left & ~zoned & ~bare, lambda at: _out_of_zone(grid, *at))
    return _ordered(found)


# --- reading a CRS ---------------------------------------------------------------------------------------


@lru_cache(maxsize=128)
def _grid_of(spec: str | int) -> Grid:
    try:
        crs = CRS.from_user_input(spec)
    except CRSError:
        raise BadInputError([_unknown(spec)]) from None
    flat = _horizontal(crs)
    fault = _refusal(flat, spec)
    if fault is not None:
        raise BadInputError([fault])
    authority = flat.to_authority(min_confidence=100)
    shape = _transverse_mercator(flat)
    ellipsoid = flat.ellipsoid
    if ellipsoid is None:  # pragma: no cover - every projected system has one
        raise BadInputError([_unknown(spec)])
    flattening = 1.0 / ellipsoid.inverse_flattening if ellipsoid.inverse_flattening else 0.0
    return Grid(
        code=":".join(authority) if authority else flat.to_wkt(),
        name=flat.name,
        crs=flat,
        ellipsoid=Ellipsoid(ellipsoid.semi_major_metre, flattening),
        is_transverse_mercator=shape is not None,
        central_meridian=shape["Longitude of natural origin"] if shape else np.nan,
        latitude_of_origin=shape["Latitude of natural origin"] if shape else np.nan,
        false_easting=shape["False easting"] if shape else 0.0,
        false_northing=shape["False northing"] if shape else 0.0,
        scale=shape["Scale factor at natural origin"] if shape else np.nan,
    )


def _horizontal(crs: CRS) -> CRS:
    """Return the horizontal part of a compound system."""
    return crs.sub_crs_list[0] if crs.is_compound else crs


def _refusal(crs: CRS, spec: str | int) -> Fault | None:
    if crs.is_geographic:
        return Fault(
            "crs.geographic",
            f"坐标系 {crs.name} 的单位是度，不是米",
            f"{crs.name} is in degrees, not metres",
            "请使用投影坐标系，如 CGCS2000 三度带 EPSG:4534–4554 (按所在经度)",
            "name a projected system, such as the CGCS2000 3-degree grid of the place (EPSG:4534-4554)",
            value=_short(spec),
        )
    if not crs.is_projected:
        return Fault(
            "crs.not_projected",
            f"{crs.name} 不是投影坐标系",
            f"{crs.name} is not a projected system",
            "请使用投影坐标系，如 EPSG:4547",
            "name a projected system, such as EPSG:4547",
            value=_short(spec),
        )
    units = {axis.unit_name for axis in crs.axis_info[:2] if axis.unit_conversion_factor != 1.0}
    if units:
        unit = "、".join(sorted(units))
        return Fault(
            "crs.unit",
            f"坐标系 {crs.name} 的单位是 {unit}，不是米",
            f"{crs.name} is in {unit}, not metres",
            "请使用单位为米的投影坐标系",
            "name a projected system in metres",
            value=_short(spec),
        )
    operation = _projection(crs).coordinate_operation
    if operation is not None and "Pseudo Mercator" in operation.method_name:
        return Fault(
            "crs.web_mercator",
            "网络墨卡托的米不是地面的米 (北纬 35 度处大 22%)",
            "the metres of Web Mercator are not metres on the ground (22 % too long at 35 degrees north)",
            "请先转换到当地的三度带坐标系，如 EPSG:4547",
            "transform the data to the local 3-degree grid first, such as EPSG:4547",
            value=_short(spec),
        )
    return None


def _projection(crs: CRS) -> CRS:
    """Return the projected system itself where it is bound to a datum shift (``+towgs84``)."""
    return crs.source_crs if crs.is_bound and crs.source_crs is not None else crs


def _transverse_mercator(crs: CRS) -> dict[str, float] | None:
    """Return the projection's parameters by their EPSG names; None unless plain transverse Mercator from Greenwich."""
    operation = _projection(crs).coordinate_operation
    meridian = crs.prime_meridian
    if operation is None or operation.method_name != "Transverse Mercator":
        return None
    if meridian is not None and meridian.longitude != 0:
        return None
    return {parameter.name: float(parameter.value) for parameter in operation.params}


@lru_cache(maxsize=64)
def _transformers(grid: Grid) -> tuple[Transformer, Transformer, Transformer]:
    """Return the grid's ways to CRS84, back, and to its own datum; made once (they cost milliseconds)."""
    own = _projection(grid.crs)
    return (
        Transformer.from_crs(grid.crs, "OGC:CRS84", always_xy=True),
        Transformer.from_crs("OGC:CRS84", grid.crs, always_xy=True),
        Transformer.from_crs(own, own.geodetic_crs, always_xy=True),
    )


def _family_of(grid: Grid) -> tuple[str, _Family]:
    datum = grid.crs.datum.name if grid.crs.datum is not None else ""
    name = _FAMILY_OF_DATUM.get(datum, "CGCS2000")
    return name, _FAMILIES[name]


def _zone_width(grid: Grid) -> float:
    """Return 3 or 6 degrees: 3 where the registry's area of use is that wide, 6 where it is wider or not known."""
    area = grid.crs.area_of_use
    return 3.0 if area is not None and area.east - area.west <= 3.5 else 6.0


# --- readings of a pair ----------------------------------------------------------------------------------


def _finite_or_nan(values: Any) -> Floats:  # noqa: ANN401 - pyproj returns scalars or arrays
    found = np.asarray(values, np.float64)
    return np.where(np.isfinite(found), found, np.nan)[()]


def _in_china(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    return (lon >= CHINA_LON_DEG[0]) & (lon <= CHINA_LON_DEG[1]) & (lat >= CHINA_LAT_DEG[0]) & (lat <= CHINA_LAT_DEG[1])


def _plausible(grid: Grid, x: Floats, y: Floats) -> NDArray[np.bool_]:
    """Whether each pair lies in the grid's zone or area of use, or close beside it."""
    with np.errstate(invalid="ignore"):
        lon, lat = grid.to_lonlat(x, y)
        west, south, east, north = _reach(grid)
        return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north) & _honest(grid, x)


def _honest(grid: Grid, x: Floats) -> NDArray[np.bool_]:
    """Whether the easting is within 1,000 km of the meridian: far out, the inverse series returns anything."""
    if not grid.is_transverse_mercator:
        return np.ones(np.shape(x), np.bool_)
    return np.asarray(np.abs(x - grid.false_easting) < ZONE_M)


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
    bare = np.where(_split(y)[0] > 0, _split(y)[1], y) + grid.zone_prefix * ZONE_M
    return _plausible(grid, y, x) | ((_split(y)[0] > 0) & _plausible(grid, bare, x))


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


# --- saying it -------------------------------------------------------------------------------------------


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
        if self.feature is None:
            groups = [places] if places.size else []
        else:
            owners = self.feature[places]
            groups = [places[owners == owner] for owner in dict.fromkeys(owners.tolist())]
        for group in groups:
            first = int(group[0])
            value = (float(self.x[first]), float(self.y[first]))
            feature = None if self.feature is None else self.feature[first].item()
            fault = (says if isinstance(says, Fault) else says(value)).at(value=value)
            yield first, _counted(fault, group.size).at(feature=feature, vertex=self._vertex_at(first))

    def _vertex_at(self, position: int) -> int:
        if self._vertex is not None:
            return int(self._vertex[position])
        if self.feature is None:
            return position
        same = self.feature == self.feature[position]
        others = np.flatnonzero(~same[:position])
        return position - (int(others[-1]) + 1 if others.size else 0)


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
    metric = said.finite & (np.abs(said.x) > 1000)
    kinds = sorted(set(prefixes[metric].tolist()))
    if len(kinds) > 1 and (zoned | bare).any():
        yield from said.faults(zoned | bare, _mixed_zones(grid, kinds))
        return
    yield from said.faults(zoned, lambda at: _zone_prefix(grid, int(at[0] // ZONE_M)))
    yield from said.faults(bare, _zone_prefix_missing(grid))


def _code_of_zone(grid: Grid, zone: int) -> str:
    """Return the EPSG code of the grid, of the same datum, whose eastings carry this zone's number."""
    family = _family_of(grid)[1]
    return f"EPSG:{family.prefixed_3 + zone - 25 if zone >= 25 else family.prefixed_6 + zone - 13}"


def _code_without_zone(grid: Grid) -> str:
    """Return the EPSG code of the grid with the same meridian and no zone number; empty where there is none."""
    family, zone = _family_of(grid)[1], grid.zone_prefix
    if not (13 <= zone <= 23 or 25 <= zone <= 45):
        return ""
    return f"EPSG:{family.truncated_3 + zone - 25 if zone >= 25 else family.truncated_6 + zone - 13}"


def _zone_prefix(grid: Grid, zone: int) -> Fault:
    code = _code_of_zone(grid, zone)
    return Fault(
        "coordinate.zone_prefix",
        f"坐标带 {zone} 号带号，与 {_label(grid)} 不符",
        f"the easting carries the zone number {zone}, which {_label(grid)} does not have",
        f"应使用 {code}",
        f"read it as {code}",
    )


def _zone_prefix_missing(grid: Grid) -> Fault:
    code = _code_without_zone(grid)
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
    codes = "、".join(f"{zone} 号带 {_code_of_zone(grid, zone)}" for zone in zones)
    codes_en = ", ".join(f"zone {zone} as {_code_of_zone(grid, zone)}" for zone in zones)
    return Fault(
        "coordinate.mixed_zones",
        f"坐标混有{listed_zh}的横坐标",
        f"eastings are mixed: {listed_en}",
        f"请按带分开读入 ({codes})，再转换到同一坐标系",
        f"read each zone by itself ({codes_en}), then transform all to one system",
    )


def _out_of_zone(grid: Grid, x: float, y: float) -> Fault:
    lon, lat = (float(value) for value in grid.to_lonlat(x, y))
    near = grid.is_transverse_mercator and abs(x - grid.false_easting) < ZONE_M
    in_zones = near and FIRST_LON_DEG <= lon < LAST_LON_DEG and CHINA_LAT_DEG[0] <= lat <= CHINA_LAT_DEG[1]
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


def _outside_zones(lon: float, lat: float) -> Fault:
    swapped = bool(_in_china(np.asarray(lat), np.asarray(lon)))
    return Fault(
        "coordinate.outside_zones",
        "该位置不在三度带 25–45 号带 (73.5°E–136.5°E) 内",
        "the place is not in the 3-degree zones 25 to 45 (73.5 to 136.5 degrees east)",
        "经纬度颠倒，请交换两列" if swapped else "请指定坐标系",
        "latitude and longitude are swapped: exchange them" if swapped else "name the coordinate system",
        value=(lon, lat),
    )


def _unknown(spec: str | int) -> Fault:
    return Fault(
        "crs.unknown",
        "无法识别的坐标系",
        "not a coordinate system that is known",
        "请写 EPSG 代码 (如 EPSG:4547)、WKT 或 PROJ 字符串",
        "write an EPSG code (such as EPSG:4547), WKT or a PROJ string",
        value=_short(spec),
    )


def _label(grid: Grid) -> str:
    return grid.code if len(grid.code) <= 20 else grid.name


def _short(spec: str | int) -> str | int:
    return spec if isinstance(spec, int) or len(spec) <= 60 else spec[:57] + "..."


def _middle(values: ArrayLike) -> float:
    array = np.asarray(values, np.float64)
    finite = array[np.isfinite(array)]
    return float((finite.min() + finite.max()) / 2) if finite.size else np.nan


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
_AXES_SWAPPED = Fault(
    "coordinate.axes_swapped",
    "横纵坐标颠倒 (北坐标在前)",
    "northing stands before easting",
    "请交换两列：x 为东坐标 (横)，y 为北坐标 (纵)",
    "exchange the two: x is the easting, y the northing",
)
