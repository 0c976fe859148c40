"""Know a county's grid: which projected coordinate system its metres are in."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

FIRST_LON_DEG, LAST_LON_DEG = 73.5, 136.5  # the 3-degree zones 25 to 45
CHINA_LON_DEG, CHINA_LAT_DEG = (72.0, 138.0), (0.0, 56.0)
ZONE_M = 1_000_000.0  # the zone's number stands before the six digits of the easting


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


def code_of_zone(grid: Grid, zone: int) -> str:
    """Return the EPSG code of the grid, of the same datum, whose eastings carry this zone's number."""
    family = _family_of(grid)[1]
    return f"EPSG:{family.prefixed_3 + zone - 25 if zone >= 25 else family.prefixed_6 + zone - 13}"


def code_without_zone(grid: Grid) -> str:
    """Return the EPSG code of the grid with the same meridian and no zone number; empty where there is none."""
    family, zone = _family_of(grid)[1], grid.zone_prefix
    if not (13 <= zone <= 23 or 25 <= zone <= 45):
        return ""
    return f"EPSG:{family.truncated_3 + zone - 25 if zone >= 25 else family.truncated_6 + zone - 13}"


def in_china(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    """Return whether each pair of degrees lies in the box around China (72 to 138 east, 0 to 56 north)."""
    return (lon >= CHINA_LON_DEG[0]) & (lon <= CHINA_LON_DEG[1]) & (lat >= CHINA_LAT_DEG[0]) & (lat <= CHINA_LAT_DEG[1])


def _family_of(grid: Grid) -> tuple[str, _Family]:
    datum = grid.crs.datum.name if grid.crs.datum is not None else ""
    name = _FAMILY_OF_DATUM.get(datum, "CGCS2000")
    return name, _FAMILIES[name]


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


def _finite_or_nan(values: Any) -> Floats:  # noqa: ANN401 - pyproj returns scalars or arrays
    found = np.asarray(values, np.float64)
    return np.where(np.isfinite(found), found, np.nan)[()]


def _middle(values: ArrayLike) -> float:
    array = np.asarray(values, np.float64)
    finite = array[np.isfinite(array)]
    return float((finite.min() + finite.max()) / 2) if finite.size else np.nan


def _outside_zones(lon: float, lat: float) -> Fault:
    swapped = bool(in_china(np.asarray(lat), np.asarray(lon)))
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


def _short(spec: str | int) -> str | int:
    return spec if isinstance(spec, int) or len(spec) <= 60 else spec[:57] + "..."
