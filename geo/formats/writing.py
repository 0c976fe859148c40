"""Write layers so that a reader finds either the whole file or what was there before."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
import warnings
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import orjson
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from geo.faults import BadInputError, Fault
from geo.formats.guarding import guarded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ENDINGS = (".gpkg", ".geojson", ".parquet", ".csv", ".shp.zip")
#: A ten-thousandth of a millimetre; RFC 7946 asks for no needless digits.
LONLAT_DECIMALS = 9
#: From 1.4 on GDAL names its triggers so that those before 3.7 (QGIS 3.22, 3.28 of distributions) cannot drop them.
GEOPACKAGE_VERSION = "1.3"
#: What GDAL writes as a day; a moment at midnight would come back with an hour.
DAY = pd.ArrowDtype(pa.date32())
LIBRARY_ERRORS = (DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError)


def write(layers: gpd.GeoDataFrame | Mapping[str, gpd.GeoDataFrame], path: str | Path) -> tuple[Path, ...]:
    """Write one frame or several named layers, by the ending of ``path``, and return the files written.

    ``.gpkg`` holds all layers. Of the formats of one layer, several layers become ``<name>_<layer><ending>``.
    ``.geojson`` is in longitude and latitude with nine decimals (RFC 7946), ``.parquet`` is GeoParquet with WKB,
    ``.csv`` has a last column ``wkt`` in the frame's CRS and guards texts that a spreadsheet would run (`guarding`);
    ``.shp.zip`` is a Shapefile in UTF-8 (names cut to ten letters).
    Lists in cells become JSON text except in GeoJSON and Parquet. Dates without a time of day are written as dates.

    Everything is written beside the target first and then renamed: a killed write leaves the old file, or none.

    Raises
    ------
    BadInputError
        Unknown ending, a plain ``.shp``, no layers, or a folder that cannot be written to.

    Examples
    --------
    >>> import tempfile
    >>> frame = gpd.GeoDataFrame({"id": ["R1"]}, geometry=[shapely.LineString([(0, 0), (3, 4)])], crs="EPSG:4546")
    >>> folder = Path(tempfile.mkdtemp())
    >>> [path.name for path in write({"runs": frame, "trenches": frame}, folder / "out.csv")]
    ['out_runs.csv', 'out_trenches.csv']
    >>> (folder / "out_runs.csv").read_text(encoding="utf-8-sig").splitlines()
    ['id,wkt', 'R1,"LINESTRING (0 0, 3 4)"']
    """
    path = Path(path)
    ending = check_ending(path)
    named = {path.name.removesuffix(ending): layers} if isinstance(layers, gpd.GeoDataFrame) else dict(layers)
    if not named:
        raise BadInputError([Fault("write.nothing", "没有可写的图层", "there is no layer to write", file=path.name)])
    if ending == ".gpkg":
        targets: dict[Path, Callable[[Path], None]] = {path: lambda target: _gpkg(named, target)}
    elif len(named) == 1:
        targets = {path: _single(next(iter(named.values())), ending)}
    else:
        stem = path.name[: -len(ending)]
        targets = {path.with_name(f"{stem}_{name}{ending}"): _single(frame, ending) for name, frame in named.items()}
    _replace_all(targets, ending)
    return tuple(targets)


def check_ending(path: Path) -> str:
    """Return the ending that decides the format; refuse early what `write` would refuse.

    >>> check_ending(Path("out.gpkg"))
    '.gpkg'
    """
    name = path.name.lower()
    for ending in ENDINGS:
        if name.endswith(ending):
            return path.name[-len(ending) :].lower()
    zh, en = f"支持的扩展名：{' '.join(ENDINGS)}", f"endings that can be written: {' '.join(ENDINGS)}"
    if name.endswith(".shp"):
        zh = "Shapefile 会截断字段名；用 .gpkg，确需时写成 .shp.zip"
        en = "a Shapefile cuts field names; use .gpkg, or .shp.zip if it must be one"
    fault = Fault("write.unknown_ending", "不能写成这种文件", "cannot write this kind of file", zh, en, file=path.name)
    raise BadInputError([fault])


def _replace_all(targets: Mapping[Path, Callable[[Path], None]], ending: str) -> None:
    first = next(iter(targets))
    with workspace(first) as folder:
        made = {}
        for number, (target, make) in enumerate(targets.items()):
            temporary = folder / f"{number}{ending}"
            make(temporary)
            made[temporary] = target
        put_in_place(made)


def put_in_place(made: Mapping[Path, Path]) -> None:
    """Give files that were written in a `workspace` their names, once all of them are on disk."""
    for temporary, target in made.items():
        _sync(temporary)
        temporary.replace(target)


def _refused(error: Exception, name: str) -> Fault:
    reason = getattr(error, "strerror", None) or str(error)
    if isinstance(error, LIBRARY_ERRORS):
        mend_zh = "这种格式装不下这些内容（如一个图层有几种图形），改用 .gpkg"
        mend_en = "the format cannot hold this, such as several kinds of geometry in a layer; use .gpkg"
    else:
        mend_zh = "检查文件夹是否存在、有无权限、磁盘是否已满"
        mend_en = "check that the folder exists, may be written to, and that the disk has room"
    return Fault("write.refused", f"无法写入：{reason}", f"cannot be written: {reason}", mend_zh, mend_en, file=name)


@contextmanager
def workspace(target: Path) -> Iterator[Path]:
    """Give a hidden folder beside ``target``, so that the rename at the end is one step; remove it whatever happens.

    Raises
    ------
    BadInputError
        ``write.refused``: the folder cannot be written to, the disk is full, a format cannot hold what it is given.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix=".cotrench-", dir=target.parent))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except (OSError, *LIBRARY_ERRORS) as error:
        raise BadInputError([_refused(error, target.name)]) from error


def _sync(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _single(frame: gpd.GeoDataFrame, ending: str) -> Callable[[Path], None]:
    makers = {".geojson": _geojson, ".parquet": _parquet, ".csv": _csv, ".shp.zip": _shapefile}
    return lambda target: makers[ending](frame, target)


def _gpkg(layers: Mapping[str, gpd.GeoDataFrame], target: Path) -> None:
    for name, frame in layers.items():
        made = {} if target.exists() else {"dataset_options": {"VERSION": GEOPACKAGE_VERSION}}
        _ogr(_flat(frame), target, driver="GPKG", layer=name, append=target.exists(), **made)


def _geojson(frame: gpd.GeoDataFrame, target: Path) -> None:
    lonlat = _flat(frame if frame.crs is None else frame.to_crs("OGC:CRS84"), lists=False)
    options = {"RFC7946": "YES", "COORDINATE_PRECISION": str(LONLAT_DECIMALS)}
    _ogr(_iso_dates(lonlat), target, driver="GeoJSON", layer_options=options)


def _parquet(frame: gpd.GeoDataFrame, target: Path) -> None:
    out = frame.copy(deep=False)
    for name in _date_columns(out):
        out[name] = pd.Series(
            [None if pd.isna(day) else day.date() for day in out[name]], index=out.index, dtype=object
        )
    out.to_parquet(target, index=False)


def _csv(frame: gpd.GeoDataFrame, target: Path) -> None:
    table = pd.DataFrame(_iso_dates(_flat(frame)).drop(columns=frame.geometry.name))
    for name in table.select_dtypes(exclude=["number", "bool", "datetime"]):
        table[name] = [guarded(cell) if isinstance(cell, str) else cell for cell in table[name]]
    table.columns = pd.Index([guarded(str(name)) for name in table.columns])
    table["wkt"] = shapely.to_wkt(frame.geometry.to_numpy(), rounding_precision=-1)
    # Excel reads a CSV as UTF-8 only with a byte order mark.
    table.to_csv(target, index=False, encoding="utf-8-sig", lineterminator="\n")


def _shapefile(frame: gpd.GeoDataFrame, target: Path) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        inner = Path(folder) / "layer.shp"
        with warnings.catch_warnings():  # the cut names are this format's, and documented
            warnings.simplefilter("ignore")
            _ogr(_iso_dates(_flat(frame)), inner, driver="ESRI Shapefile", encoding="UTF-8")
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(folder).iterdir()):
                archive.write(part, part.name)


def _ogr(frame: gpd.GeoDataFrame, target: Path, **options: Any) -> None:  # noqa: ANN401 - passed on to pyogrio
    if not len(frame) and "geometry_type" not in options:
        options["geometry_type"] = "Unknown"
    arrow = _has_arrow_columns(frame)
    days = {name: frame[name].astype(DAY) for name in _date_columns(frame)}
    pyogrio.write_dataframe(frame.assign(**days), target, use_arrow=arrow, **options)


def _has_arrow_columns(frame: gpd.GeoDataFrame) -> bool:
    return bool(_date_columns(frame) or any(_has_lists(frame[name]) for name in _attributes(frame)))


def _attributes(frame: gpd.GeoDataFrame) -> list[str]:
    return [name for name in frame.columns if name != frame.geometry.name]


def _has_lists(column: pd.Series) -> bool:
    return column.dtype == object and any(isinstance(value, (list, tuple)) for value in column)


def _date_columns(frame: gpd.GeoDataFrame) -> list[str]:
    """Return the datetime columns that hold no time of day."""
    return [
        name
        for name in _attributes(frame)
        if pd.api.types.is_datetime64_any_dtype(frame[name])
        and frame[name].dt.tz is None
        and (frame[name].dropna().dt.normalize() == frame[name].dropna()).all()
    ]


def _flat(frame: gpd.GeoDataFrame, *, lists: bool = True) -> gpd.GeoDataFrame:
    """Return the frame with every cell one that files can hold: lists (unless kept) and mappings as JSON text."""
    out = frame.reset_index(drop=True)
    kinds = (list, tuple, dict) if lists else (dict,)
    for name in _attributes(out):
        column = out[name]
        if column.dtype != object:
            continue
        if any(isinstance(value, kinds) for value in column):
            out[name] = [orjson.dumps(value).decode() if isinstance(value, kinds) else value for value in column]
        elif any(isinstance(value, dt.date) for value in column):
            out[name] = pd.to_datetime(column).astype("datetime64[s]")
        elif not _has_lists(column) and pd.api.types.infer_dtype(column, skipna=True).startswith("mixed"):
            out[name] = [None if value is None or value != value else str(value) for value in column]  # noqa: PLR0124
    return out


def _iso_dates(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    out = frame.copy(deep=False)
    for name in _date_columns(out):
        out[name] = out[name].dt.strftime("%Y-%m-%d").astype(object).where(out[name].notna(), None)
    return out
