"""Notice that a layer lies beside its place against the roads of its county: GCJ-02, BD-09, a shift, a wrong zone.

Nothing is corrected here: `watch_datum` says what it sees and how sure it is, `survey.datum_mends` corrects when asked.
Not enough evidence is an answer, and the usual one for a handful of features.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from geo import datums
from geo.crs import grid as grid_of
from geo.faults import BadInputError, Fault
from geo.formats import to_grid
from survey.assumed_roads import assumed_road
from survey.datum_mends import reread, swapped
from survey.road_fit import CELL_M, REACH, Roads, Tile, fit_tiles, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.crs import Grid

    Floats = NDArray[np.float64]
    Reading = Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]

FITS, GCJ02, BD09, SHIFT, SWAP, ZONE, UNCLEAR = "fits", "gcj02", "bd09", "shift", "swap", "zone", "unclear"
#: A peak must stand this many times higher than the next one elsewhere. Of 2,000 layers drawn at random over real and
#: made roads the highest came to 1.52, anywhere; at the place that GCJ-02 or BD-09 foretells, to 16 m, one in thousands
#: lies by chance, and 1 in 60 of all came above 1.3.
NAMED_RATIO, SHIFT_RATIO = 1.3, 1.8
#: And this many times higher than the fit usually varies.
LEAST_PEAK = 6.0
NEAR_M, PEAK_M, AROUND_M = 16.0, 48.0, 600.0
LEAST_FEATURES = {"area": 30, "line": 10, "point": 50}
BESIDE_M = 3000.0
FEW = 50  # features tell well enough whether a reading brings a layer near the roads
#: CGCS2000 without the zone's number: first EPSG code, how many, degrees between their meridians.
CHINA_GRIDS = ((4534, 21, 3.0), (4502, 11, 6.0))
FIRST_MERIDIAN_DEG, NEAR_MERIDIAN_DEG = 75.0, 1.0


@dataclass(frozen=True, slots=True)
class DatumReport:
    """What was seen.

    Parameters
    ----------
    kind
        ``fits``, ``gcj02``, ``bd09``, ``shift`` (constant, of unknown origin), ``swap``, ``zone`` or ``unclear``.
    east_m, north_m
        Where the layer lies from where it belongs, metres of the grid (the mean over the layer); 0 where it fits, NaN
        where that is not known.
    ratio
        How many times higher the peak stands than the next elsewhere; NaN where nothing was compared.
    peak
        How many times higher it stands than the fit usually varies.
    features
        How many features were looked at.
    code
        The system that the coordinates are really in (``zone``); else None.
    """

    kind: str
    east_m: float
    north_m: float
    ratio: float
    peak: float
    features: int
    code: str | None = None

    @property
    def size_m(self) -> float:
        """How far the layer lies from where it belongs, in metres."""
        return float(np.hypot(self.east_m, self.north_m))

    @property
    def is_wrong(self) -> bool:
        """Whether the layer is known to lie beside its place."""
        return self.kind not in (FITS, UNCLEAR)

    @property
    def mend(self) -> str | None:
        """What ``--mend-datum`` takes to put it right; None where there is nothing to mend."""
        if self.kind == SHIFT:
            return f"{-self.east_m:.0f},{-self.north_m:.0f}"
        return {GCJ02: GCJ02, BD09: BD09, SWAP: SWAP, ZONE: self.code}.get(self.kind)

    def fault(self) -> Fault:
        """Return what is to be said, as a note: the kind, its size and direction, how sure, on how much evidence."""
        zh, en = _said(self)
        sure = np.isfinite(self.ratio)
        zh += (
            f"（{self.features} 个要素；吻合程度是次佳位置的 {self.ratio:.1f} 倍）"
            if sure
            else f"（{self.features} 个要素）"
        )
        en += f" ({self.features} features" + (
            f"; it fits {self.ratio:.1f} times better than anywhere else)" if sure else ")"
        )
        mend_zh = f"核对后用 --mend-datum={self.mend} 纠正；不会自动改动" if self.mend else ""
        mend_en = (
            f"check it, then mend it with --mend-datum={self.mend}; nothing is changed unasked" if self.mend else ""
        )
        return Fault(f"datum.{self.kind}", zh, en, mend_zh, mend_en)


class _Peak(NamedTuple):
    """The highest place of a fit: its displacement (metres), how high, and the next highest elsewhere."""

    east: float
    north: float
    height: float
    elsewhere: float

    @property
    def ratio(self) -> float:
        return self.height / self.elsewhere if self.elsewhere > 0 else np.inf


def watch_datum(layer: gpd.GeoDataFrame, roads: gpd.GeoDataFrame, grid: Grid) -> DatumReport:
    """Say whether a layer lies where the roads of its county say it should.

    Parameters
    ----------
    layer
        Points, lines or areas with their CRS, as the file has them.
    roads
        Centre lines or carriageways with their CRS; footways of OpenStreetMap (``highway``) are left out.
    grid
        The county's, to compute in.

    Returns
    -------
    DatumReport
        ``unclear`` for too few features, for none near the roads, and wherever the best place is not clearly the best.
    """
    network = Roads(_placed(_carriageways(roads), grid))
    shapes = _placed(layer, grid)
    if not len(layer) or not len(network.samples.places):
        return _unclear(len(layer))
    if not len(shapes) or _beside(shapes, network.bounds):
        return _elsewhere(layer, network, grid)
    return _judged(shapes, network, grid)


def _carriageways(roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if "highway" not in roads.columns:
        return roads
    kept = [value is None or value != value or assumed_road(value).road_class is not None for value in roads["highway"]]  # noqa: PLR0124 - NaN is not itself
    return roads[np.array(kept, dtype=bool)]


def _placed(frame: gpd.GeoDataFrame, grid: Grid) -> NDArray[np.object_]:
    """Return what can be placed in the grid; nothing where coordinates are so wrong that rings no longer close."""
    try:
        shapes = to_grid(frame, grid).geometry.to_numpy()
    except shapely.errors.GEOSException:  # a latitude of 118 has no northing
        return np.empty(0, dtype=object)
    shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    finite = np.isfinite(shapely.bounds(shapes)).all(axis=1)
    found: NDArray[np.object_] = shapes[finite]
    return found


def _beside(shapes: NDArray[np.object_], bounds: Floats) -> bool:
    """Whether the middle of the layer lies farther from the roads' box than any shift could take it."""
    boxes = shapely.bounds(shapes)
    middle = np.median((boxes[:, :2] + boxes[:, 2:]) / 2, axis=0)
    outside = np.maximum(np.maximum(bounds[:2] - middle, middle - bounds[2:]), 0)
    return bool(np.hypot(*outside) > BESIDE_M)


def _judged(shapes: NDArray[np.object_], network: Roads, grid: Grid) -> DatumReport:
    """Compare the fit as it is, without GCJ-02, without BD-09, and at every constant shift."""
    count = len(shapes)
    if count < LEAST_FEATURES[kind_of(shapes)]:
        return _unclear(count)
    tiles = fit_tiles(shapes, network)
    plain = np.sum([tile.fit for tile in tiles], axis=0)
    spread = float(plain.std())
    if spread == 0:
        return _unclear(count)
    peaks = {kind: _named_peak(tiles, plain, [undo(tile, grid) for tile in tiles]) for kind, undo in UNDOING.items()}
    kind = max(peaks, key=lambda name: peaks[name][0].height)
    peak, moved = peaks[kind]
    if peak.ratio >= NAMED_RATIO and peak.height >= LEAST_PEAK * spread:
        away = (0.0, 0.0) if kind == FITS else (-float(moved[0]), -float(moved[1]))
        return DatumReport(kind, *away, peak.ratio, peak.height / spread, count)
    free = _peak(plain, np.zeros(2), REACH * CELL_M, PEAK_M)
    named = any(np.hypot(free.east - at[0], free.north - at[1]) <= PEAK_M for _, at in peaks.values())
    if free.ratio >= SHIFT_RATIO and free.height >= LEAST_PEAK * spread and not named:
        east, north = _between_cells(plain, free)
        return DatumReport(SHIFT, -east, -north, free.ratio, free.height / spread, count)
    return _unclear(count, max(peak.ratio, free.ratio) if peak.height > 0 else free.ratio)


def _named_peak(tiles: list[Tile], plain: Floats, undone: list[Floats]) -> tuple[_Peak, Floats]:
    """Return the peak where a known offset, undone in each tile by its own amount, leaves the layer; and that amount.

    What is elsewhere is looked for around it tile by tile, and at every constant shift of the whole layer.
    """
    middle = np.mean(undone, axis=0)
    aligned = np.sum([_window(tile.fit, by) for tile, by in zip(tiles, undone, strict=True)], axis=0)
    here = _peak(aligned, np.zeros(2), NEAR_M, PEAK_M)
    blurred = float(np.max(np.hypot(*(np.array(undone) - middle).T)))
    others = _outside(plain, middle, PEAK_M + blurred)
    around = _peak(aligned, np.zeros(2), PEAK_M, PEAK_M).height
    if around > here.height:  # the slope of a peak that stands farther off
        others = max(others, around)
    return here._replace(elsewhere=max(here.elsewhere, others)), middle


def _window(fit: Floats, by: Floats) -> Floats:
    """Return the fit around a displacement; zero beyond the reach of what was computed, where no peak is taken."""
    half = int(AROUND_M / CELL_M)
    i, j = np.rint(by / CELL_M).astype(int) + REACH
    padded = np.pad(fit, half)
    return np.asarray(padded[i : i + 2 * half + 1, j : j + 2 * half + 1])


def _peak(fit: Floats, middle: Floats, within_m: float, apart_m: float) -> _Peak:
    """Return the highest place no farther than ``within_m`` from ``middle``, and the highest ``apart_m`` from it."""
    east, north = _displacements(fit)
    near = (np.abs(east - middle[0]) <= within_m) & (np.abs(north - middle[1]) <= within_m)
    i, j = np.unravel_index(int(np.argmax(np.where(near, fit, -np.inf))), fit.shape)
    at = np.array([east[i, 0], north[0, j]])
    return _Peak(float(at[0]), float(at[1]), float(fit[i, j]), _outside(fit, at, apart_m))


def _between_cells(fit: Floats, peak: _Peak) -> tuple[float, float]:
    """Return the place of a peak to a part of a cell: the top of the parabola through it and its neighbours."""
    half = (fit.shape[0] - 1) // 2
    i, j = round(peak.east / CELL_M) + half, round(peak.north / CELL_M) + half
    if not (0 < i < fit.shape[0] - 1 and 0 < j < fit.shape[1] - 1):
        return peak.east, peak.north
    offsets = []
    for before, after in ((fit[i - 1, j], fit[i + 1, j]), (fit[i, j - 1], fit[i, j + 1])):
        bend = before - 2 * fit[i, j] + after
        offsets.append(float((before - after) / (2 * bend)) if bend < 0 else 0.0)
    return peak.east + offsets[0] * CELL_M, peak.north + offsets[1] * CELL_M


def _outside(fit: Floats, at: Floats, radius_m: float) -> float:
    east, north = _displacements(fit)
    return float(np.max(np.where(np.hypot(east - at[0], north - at[1]) > radius_m, fit, -np.inf)))


def _displacements(fit: Floats) -> tuple[Floats, Floats]:
    half = (fit.shape[0] - 1) // 2
    steps = (np.arange(fit.shape[0]) - half) * CELL_M
    return steps[:, None], steps[None, :]


def _undo(inverse: Callable[[Floats, Floats], tuple[Floats, Floats]]) -> Callable[[Tile, Grid], Floats]:
    def moved(tile: Tile, grid: Grid) -> Floats:
        lon, lat = grid.to_lonlat(tile.x, tile.y)
        x, y = grid.from_lonlat(*inverse(lon, lat))
        return np.array([x - tile.x, y - tile.y], dtype=np.float64)

    return moved


UNDOING: dict[str, Callable[[Tile, Grid], Floats]] = {
    FITS: lambda _tile, _grid: np.zeros(2),
    GCJ02: _undo(datums.gcj02_to_wgs84),
    BD09: _undo(datums.bd09_to_wgs84),
}


def _elsewhere(layer: gpd.GeoDataFrame, network: Roads, grid: Grid) -> DatumReport:
    """Try the readings that would bring a layer from far away to the roads; one of them must fit them beyond doubt."""
    count = len(layer)
    found: list[DatumReport] = []
    few = layer.iloc[:: max(1, count // FEW)]
    for kind, code, reading in _readings(layer, network, grid):
        looked_at = _placed(reading(few), grid)
        if len(looked_at) and not _beside(looked_at, network.bounds):
            report = _judged(_placed(reading(layer), grid), network, grid)
            if report.kind == FITS:
                found.append(DatumReport(kind, np.nan, np.nan, report.ratio, report.peak, count, code))
    return found[0] if len(found) == 1 else _unclear(count)


def _readings(layer: gpd.GeoDataFrame, network: Roads, grid: Grid) -> Iterator[tuple[str, str | None, Reading]]:
    """Yield the ways to read a layer otherwise: with its axes swapped, and in the zones that would bring it here.

    The same numbers read in another zone lie as many degrees farther east as its meridian does.
    """
    yield SWAP, None, swapped
    if layer.crs is None or not layer.crs.is_projected:
        return
    try:
        own = grid_of(layer.crs)
    except BadInputError:  # in feet, or Web Mercator: no zone to be mistaken for another
        return
    west, south, east, north = layer.total_bounds
    there = float(own.to_lonlat((west + east) / 2, (south + north) / 2)[0])
    here = float(grid.to_lonlat(*(network.bounds[:2] + network.bounds[2:]) / 2)[0])
    wanted = own.central_meridian + here - there
    seen = {own.central_meridian}
    for first, count, width in CHINA_GRIDS:
        for number in range(count):
            meridian = FIRST_MERIDIAN_DEG + number * width
            if abs(meridian - wanted) < NEAR_MERIDIAN_DEG and meridian not in seen:
                seen.add(meridian)
                code = f"EPSG:{first + number}"
                yield ZONE, code, partial(reread, code=code)


def _unclear(count: int, ratio: float = np.nan) -> DatumReport:
    return DatumReport(UNCLEAR, np.nan, np.nan, ratio, np.nan, count)


def _said(report: DatumReport) -> tuple[str, str]:
    if report.kind == FITS:
        return "图层与道路吻合", "the layer fits the roads"
    if report.kind == UNCLEAR:
        return "证据不足，无法判断图层与道路是否吻合", "not enough evidence to say whether the layer fits the roads"
    if report.kind == SWAP:
        return (
            "交换横纵坐标后与道路吻合：横纵坐标颠倒",
            "it fits the roads once x and y are exchanged: the axes are swapped",
        )
    if report.kind == ZONE:
        zh = f"按 {report.code} 读取才与道路吻合：投影带不对"
        return zh, f"it fits the roads only if read as {report.code}: the zone is wrong"
    names = {
        GCJ02: ("与 GCJ-02（火星坐标）的偏移一致", "as GCJ-02 does"),
        BD09: ("与 BD-09（百度坐标）的偏移一致", "as BD-09 does"),
        SHIFT: (
            "不是 GCJ-02 或 BD-09，可能是坐标系或基准不对",
            "and neither as GCJ-02 nor as BD-09: perhaps another datum",
        ),
    }
    zh, en = names[report.kind]
    east, north = round(report.east_m), round(report.north_m)
    way_zh = f"向{'东' if east >= 0 else '西'} {abs(east)} m、向{'北' if north >= 0 else '南'} {abs(north)} m"
    way_en = f"{abs(east)} m {'east' if east >= 0 else 'west'}, {abs(north)} m {'north' if north >= 0 else 'south'}"
    return (
        f"图层相对道路整体偏移约 {report.size_m:.0f} m（{way_zh}），{zh}",
        f"the whole layer lies some {report.size_m:.0f} m off the roads ({way_en}), {en}",
    )
