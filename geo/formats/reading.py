"""Read a layer of any known format and check all of it: everything wrong is found in one pass."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geo.faults import BadInputError, Fault
from geo.formats import epanet, geojson, geopackage, geoparquet, shapefile, sheets
from geo.formats.fields import apply_map, apply_values, check_names, check_values
from geo.formats.geometry import check_geometry
from geo.formats.places import check_places
from geo.formats.recognise import Format, recognise
from geo.formats.systems import asked_for, settled
from geo.formats.table import ANY_KIND, Findings, Raw, Request, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import pandas as pd
    from numpy.typing import NDArray
    from pyproj import CRS

    from geo.formats.table import Finding

READERS: dict[Format, Callable[[Request], Raw]] = {
    Format.GEOJSON: geojson.read_raw,
    Format.GEOPACKAGE: geopackage.read_raw,
    Format.GEOPARQUET: geoparquet.read_raw,
    Format.SHAPEFILE: shapefile.read_raw,
    Format.ZIPPED_SHAPEFILE: shapefile.read_zipped,
    Format.CSV: sheets.read_raw,
    Format.XLSX: sheets.read_raw,
    Format.EPANET: epanet.read_raw,
}


def read(
    path: str | Path,
    *,
    layer: str | None = None,
    crs: str | CRS | None = None,
    crs_is_default: bool = False,
    encoding: str | None = None,
    field_map: Mapping[str, str] | None = None,
    value_map: Mapping[str, Mapping[str, str]] | None = None,
    kinds: frozenset[str] = ANY_KIND,
    prefer: tuple[str, ...] = (),
    points: str | Path | None = None,
    check: Callable[[pd.DataFrame, Findings], None] | None = None,
    skip_bad: bool = False,
    swap_axes: bool = False,
) -> Table:
    r"""Read a layer and check names, values, geometries and coordinates.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage, GeoParquet, Shapefile (also zipped), CSV, XLSX or EPANET INP, recognised by content.
    layer
        Layer of a GeoPackage or zip file, or sheet of a workbook; needed where there are several.
    crs
        CRS of the coordinates where the file names none (anything pyproj understands).
    crs_is_default
        ``crs`` is meant for several files, so it is no fault that this one names another, which then holds.
    encoding
        Of the text, where it is neither said by the file nor guessed right.
    field_map
        OURS to THEIRS, such as ``{"start": "Cb_Da"}``.
    value_map
        For each of our columns THEIR values (``*`` and ``?`` allowed) to OUR values.
    kinds
        Which of ``point``, ``line``, ``area`` are meant; others are faults.
    prefer
        Lower-case layer names taken without asking where one of several layers is called so.
    points
        The table of points that a table of pipes (start point, end point) refers to, where it is another file.
    check
        Further checks of the attributes, which this package knows nothing about; called with the columns (index
        0..n-1).
    skip_bad
        Leave faulty rows out and return their faults in ``Table.skipped``; faults of the whole file are still raised.

    swap_axes
        Exchange x and y before anything is checked: for a file whose axes stand the wrong way round.

    Returns
    -------
    Table
        ``frame`` in the file's own CRS. A layer of no rows is returned as an empty frame with a note.

    Raises
    ------
    BadInputError
        With every fault of the file.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "a.csv"
    >>> lines = ["id;start;wkt", "R1;115/04/22;LINESTRING (5e5 35e5, 500003 3500004)"]
    >>> _ = path.write_text("\n".join(lines))
    >>> table = read(path, crs="EPSG:4546")
    >>> table.frame.length.tolist(), table.frame["start"].dt.date.tolist()
    ([5.0], [datetime.date(2026, 4, 22)])
    >>> read(path)
    Traceback (most recent call last):
    ...
    geo.faults.BadInputError: a.csv: the file does not say its CRS — name it with --crs, such as --crs EPSG:4546
    """
    path = Path(path)
    kind = recognise(path)
    asked = asked_for(crs)
    beside = None if points is None else Path(points)
    request = Request(path, layer, asked, encoding, dict(field_map or {}), kinds, prefer, beside)
    raw = READERS[kind](request)
    raw = replace(raw, crs=settled(raw.crs, None if crs_is_default and raw.crs else asked, kind, raw.found))
    if swap_axes:
        raw = replace(raw, geometry=_swapped(raw.geometry))
    frame = checked(raw, request, value_map or {}, check)
    if not len(frame):
        raw.found.note(None, Fault("layer.no_rows", "图层没有要素", "the layer has no features"))
    return _judged(frame, raw.found, kind, raw.layer, path.name, skip_bad=skip_bad)


def checked(
    raw: Raw,
    request: Request,
    value_map: Mapping[str, Mapping[str, str]],
    check: Callable[[pd.DataFrame, Findings], None] | None,
) -> gpd.GeoDataFrame:
    """Return rows with our columns and cleaned geometries; every fault and note goes to ``raw.found``.

    What each parameter means is said by `read`; the CRS of ``raw`` is settled.
    """
    columns = _columns(raw, request, value_map, raw.found)
    if check is not None:
        check(columns, raw.found)
    geometry = check_geometry(raw.geometry, request.kinds, raw.found, raw.unreadable)
    if raw.crs is not None:
        check_places(geometry, raw.crs, raw.found)
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(geometry, index=columns.index), crs=raw.crs)


def _swapped(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the geometries with x and y exchanged, heights kept; what is not finite is a fault already and stays."""
    coordinates, row = shapely.get_coordinates(geometry, return_index=True)
    finite = np.ones(len(geometry), dtype=bool)
    finite[row[~np.isfinite(coordinates).all(axis=1)]] = False
    high = shapely.has_z(geometry)
    out = geometry.copy()
    out[finite & ~high] = shapely.transform(geometry[finite & ~high], lambda xy: xy[:, ::-1])
    out[finite & high] = shapely.transform(geometry[finite & high], lambda xyz: xyz[:, [1, 0, 2]], include_z=True)
    return out


def _columns(raw: Raw, request: Request, value_map: Mapping[str, Mapping[str, str]], found: Findings) -> pd.DataFrame:
    field_map = {ours: theirs for ours, theirs in request.field_map.items() if ours not in raw.taken}
    columns = apply_map(raw.columns, field_map, found)
    columns = columns.rename(columns={"geometry": "geometry_in_file"})
    check_names([str(name) for name in columns.columns], found)
    return check_values(apply_values(columns, value_map, found), found)


def _judged(
    frame: gpd.GeoDataFrame, found: Findings, kind: Format, layer: str | None, name: str, *, skip_bad: bool
) -> Table:
    """Put the place into every finding; raise, or leave the faulty rows out."""
    placed = placing(frame, name, layer)
    faults = sorted(found.faults, key=lambda finding: -1 if finding.row is None else finding.row)
    whole_file = any(finding.row is None for finding in faults)
    if faults and (whole_file or not skip_bad):
        raise BadInputError(once(placed(finding) for finding in faults))
    bad = sorted({finding.row for finding in faults if finding.row is not None})
    kept = np.ones(len(frame), dtype=bool)
    kept[bad] = False
    return Table(
        frame[kept],
        notes=tuple(placed(note) for note in found.notes),
        skipped=once(placed(finding) for finding in faults),
        layer=layer,
        kind=str(kind),
        rows_read=len(frame),
    )


def placing(frame: gpd.GeoDataFrame, name: str, layer: str | None, first_row: int = 0) -> Callable[[Finding], Fault]:
    """Return what puts the place into a finding about one of the rows of ``frame``: the file, its id or its row number.

    ``first_row`` is the number of its first row in the file.
    """
    ids = frame["id"].to_numpy(dtype=object) if "id" in frame.columns else None

    def placed(finding: Finding) -> Fault:
        fault = finding.fault.at(file=finding.fault.file or name, layer=finding.fault.layer or layer)
        if finding.row is None or fault.feature is not None:
            return fault
        own = None if ids is None else ids[finding.row]
        known = own is not None and own == own and str(own).strip()  # noqa: PLR0124 - NaN is not itself
        return fault.at(feature=str(own) if known else int(finding.row) + first_row)

    return placed


def once(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Return the faults in order, each once: a point that several pipes share is at fault in all of them."""
    seen: dict[tuple[object, ...], Fault] = {}
    for fault in faults:
        key = (
            fault.code,
            fault.en,
            fault.file,
            fault.layer,
            fault.feature,
            fault.vertex,
            fault.field,
            str(fault.value),
        )
        seen.setdefault(key, fault)
    return tuple(seen.values())
