"""Say what is drawn, in which order and how: pure, the same for offline map and print."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from maps.map_names import ROAD_CLASSES, Name, names_of
from maps.symbols import layer_symbol, symbols

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

LINESTRING, MULTILINESTRING = int(shapely.GeometryType.LINESTRING), int(shapely.GeometryType.MULTILINESTRING)
RGB_LENGTH = len("#rrggbb")
UNKNOWN = {"zh": "类别不明", "en": "utility not known"}
NAMES = {
    "name": ("名称", "Name"), "id": ("编号", "No."), "utility": ("类别", "Utility"), "operator": ("单位", "Operator"),
    "start": ("开工", "Start"), "end": ("完工", "End"), "diameter_mm": ("管径 mm", "Diameter mm"),
    "cover_m": ("覆土 m", "Cover m"), "class": ("等级", "Class"), "width_m": ("宽度 m", "Width m"),
    "delivered": ("交付使用", "Delivered"), "overhauled": ("大修竣工", "Overhauled"), "kind": ("类型", "Kind"),
    "floors": ("层数", "Floors"), "material": ("材质", "Material"), "quality": ("探测质量", "Survey quality"),
    "built": ("建成", "Built"), "applicant": ("申请人", "Applicant"), "status": ("状态", "Status"),
    "accuracy_m": ("精度 m", "Accuracy m"), "method": ("施工方法", "Method"), "species": ("树种", "Species"),
    "remark": ("备注", "Remark"), "surface": ("路面", "Surface"), "pressure_mpa": ("压力 MPa", "Pressure MPa"),
    "laying": ("敷设方式", "Laying"), "subtype": ("细类", "Subtype"), "covers_m": ("各顶点覆土 m", "Covers m"),
    "depth_accuracy_m": ("埋深精度 m", "Depth accuracy m"), "replaces": ("替换现状管", "Replaces"),
    "voltage_kv": ("电压 kV", "Voltage kV"), "crown_m": ("冠幅 m", "Crown m"), "drawn_by": ("绘制方式", "Drawn by"),
}  # fmt: skip


@dataclass(frozen=True)
class DrawnLayer:
    """One switchable layer of a map.

    ``geometries`` are in the grid they came in; ``style`` holds screen values (``color fillColor weight opacity
    fillOpacity dashArray``); ``rows`` holds for every geometry the (label, value) pairs a reader may ask for, as text;
    ``max_resolution`` is the coarsest map, in metres a pixel, the layer can be read on (None: any). ``numbers``, where
    there are any, number the geometries, and ``marks`` are the points where those numbers stand. ``under`` are shapes
    with their styles that lie below the geometries and that nobody asks about: casings, halos. ``names`` are what is
    written on the geometries.
    """

    key: str
    zh: str
    en: str
    geometries: Any
    style: dict[str, Any]
    rows: list[list[tuple[str, str]]] = field(default_factory=list)
    visible: bool = True
    max_resolution: float | None = None
    numbers: Sequence[int | str] = ()
    marks: Any = None
    under: Sequence[tuple[Any, dict[str, Any]]] = ()
    names: Sequence[Name] = ()

    def label(self, language: str) -> str:
        """Return the layer's name in ``zh`` or ``en``."""
        return self.zh if language == "zh" else self.en


def drawn_layers(frames: Mapping[str, gpd.GeoDataFrame], language: str = "zh") -> list[DrawnLayer]:
    """Return the layers of ``frames`` in drawing order, lowest first.

    Parameters
    ----------
    frames
        Layer name (``waters parcels greens roads buildings trees pipes sites routes trenches``) to a frame; all in one
        projected grid. A missing or empty layer is left out; a name without a symbol raises ``KeyError``.
    language
        ``zh`` or ``en``, for the rows a reader sees.

    Notes
    -----
    Roads become carriageways of their true width, one layer a class; pipes and routes one layer a utility, so that each
    can be switched by itself, and one for those of no known utility.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> routes = gpd.GeoDataFrame({"utility": ["gas"]}, geometry=[LineString([(0, 0), (9, 0)])], crs="EPSG:4546")
    >>> [(layer.key, layer.zh) for layer in drawn_layers({"routes": routes})]
    [('routes', '规划管线·燃气')]
    """
    known = [layer["key"] for layer in symbols()["layers"]]
    for name in frames:
        if name not in known:
            raise KeyError(name)
    present = [(key, frames[key]) for key in known if key in frames and len(frames[key])]
    return [drawn for key, frame in present for drawn in _of(key, frame, language)]


def _of(key: str, frame: gpd.GeoDataFrame, language: str) -> Iterator[DrawnLayer]:
    if key == "roads":
        yield from _roads(frame, language)
    elif layer_symbol(key).get("by") == "utility" and "utility" in frame:
        for utility in [u for u in symbols()["utilities"] if (frame["utility"] == u).any()]:
            yield _by_utility(key, frame[frame["utility"] == utility], utility, language)
        unknown = frame[~frame["utility"].isin(list(symbols()["utilities"]))]
        if len(unknown):
            yield _of_no_utility(key, unknown, language)
    else:
        symbol = layer_symbol(key)
        yield _drawn(key, symbol["zh"], symbol["en"], frame, _style(symbol), language)


def _by_utility(key: str, frame: gpd.GeoDataFrame, utility: str, language: str) -> DrawnLayer:
    symbol, colours = layer_symbol(key), symbols()["utilities"][utility]
    style = _style(symbol | {"stroke": colours["screen"], "dash": symbol.get("dash") or colours["dash"]})
    return _drawn(key, f"{symbol['zh']}·{colours['zh']}", f"{symbol['en']}: {colours['en']}", frame, style, language)


def _of_no_utility(key: str, frame: gpd.GeoDataFrame, language: str) -> DrawnLayer:
    """Return lines whose utility is not known: on a survey map nothing that lies in the ground may be missing."""
    symbol, style = layer_symbol(key), _style(layer_symbol(key))
    return _drawn(key, f"{symbol['zh']}·{UNKNOWN['zh']}", f"{symbol['en']}: {UNKNOWN['en']}", frame, style, language)


def _drawn(key: str, zh: str, en: str, frame: gpd.GeoDataFrame, style: dict[str, Any], language: str) -> DrawnLayer:
    shapes = frame.geometry.to_numpy()
    symbol = layer_symbol(key)
    return DrawnLayer(
        key, zh, en, shapes, style, rows_of(frame, language), symbol["visible"], symbol["max_resolution"],
        under=[(_lines_of(shapes), HALO)] if key == "routes" else [], names=names_of(key, frame),
    )  # fmt: skip


HALO = {"color": "#ffffff", "weight": 5.5, "opacity": 0.9, "fill": False}
"""Under planned lines, so that they stand out of whatever lies below."""
CASING = {"weight": 2.2, "opacity": 1, "fill": False}


def _lines_of(shapes: NDArray[np.object_]) -> Any:  # noqa: ANN401 - shapely is untyped
    parts = shapely.get_parts(shapes)
    return shapely.multilinestrings(parts[shapely.get_type_id(parts) == LINESTRING])


def _style(symbol: Mapping[str, Any]) -> dict[str, Any]:
    fill = symbol.get("fill")
    style = {
        "color": symbol.get("stroke", "#555555"),
        "weight": symbol.get("width", 1),
        "opacity": symbol.get("opacity", 1),
    }
    if symbol.get("dash"):
        style["dashArray"] = " ".join(str(part) for part in symbol["dash"])
    if fill and symbol["geometry"] != "line":
        # An eight-digit colour carries its own opacity in the last two digits.
        opaque = len(fill) <= RGB_LENGTH
        return style | {
            "fill": True,
            "fillColor": fill[:RGB_LENGTH],
            "fillOpacity": 1 if opaque else round(int(fill[RGB_LENGTH:], 16) / 255, 2),
        }
    return style | {"fill": False}


def carriageways(frame: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return each road's carriageway: centre lines widened by ``width_m`` with flat ends, polygons as they are.

    A line without a width is drawn 6 m wide; nothing is measured on these shapes.
    """
    shapes = frame.geometry.to_numpy()
    lines = np.isin(shapely.get_type_id(shapes), (LINESTRING, MULTILINESTRING))
    width = pd.to_numeric(frame["width_m"], errors="coerce").fillna(6.0).to_numpy() if "width_m" in frame else 6.0
    widened = shapely.buffer(shapes, np.broadcast_to(width, shapes.shape) / 2, cap_style="flat", quad_segs=4)
    return np.asarray(np.where(lines, widened, shapes), dtype=object)


def _roads(frame: gpd.GeoDataFrame, language: str) -> Iterator[DrawnLayer]:
    """Yield a layer for each class; casings only where no other road goes on, so that junctions are open."""
    classes = frame["class"].where(frame["class"].isin(ROAD_CLASSES), "local") if "class" in frame else None
    shapes = carriageways(frame)
    chosen = {
        key: (classes == key).to_numpy() if classes is not None else np.full(len(frame), key == "local")
        for key in ROAD_CLASSES
    }
    grounds = {key: shapely.union_all(shapely.make_valid(shapes[own])) for key, own in chosen.items() if own.any()}
    for key, ground in grounds.items():
        symbol, own = layer_symbol("roads")["classes"][key], frame[chosen[key]]
        others = shapely.union_all([other for name, other in grounds.items() if name != key])
        casing = shapely.difference(shapely.boundary(ground), others)
        style = {
            "color": symbol["casing"],
            "stroke": False,
            "fill": True,
            "fillColor": symbol["fill"],
            "fillOpacity": 1,
        }
        yield DrawnLayer(
            "roads", symbol["zh"], symbol["en"], shapes[chosen[key]], style, rows_of(own, language),
            under=[] if casing.is_empty else [(casing, {"color": symbol["casing"]} | CASING)],
            names=names_of("roads", own),
        )  # fmt: skip


def rows_of(frame: gpd.GeoDataFrame, language: str) -> list[list[tuple[str, str]]]:
    """Return for every row the labelled values that are there, as text; unknown columns are left out."""
    columns = [c for c in NAMES if c in frame.columns]
    labels = [NAMES[c][0 if language == "zh" else 1] for c in columns]
    values = zip(*(frame[c].tolist() for c in columns), strict=True) if columns else ([] for _ in range(len(frame)))
    return [
        [(label, _said(c, v, language)) for label, c, v in zip(labels, columns, row, strict=True) if is_there(v)]
        for row in values
    ]


def is_there(value: object) -> bool:
    """Return whether a cell states something: not None, NaN, NaT or an empty text."""
    return not (
        value is None
        or value is pd.NaT
        or value is pd.NA
        or (isinstance(value, float) and math.isnan(value))
        or value == ""
    )


WORDS = {
    "class": {key: (s["zh"], s["en"]) for key, s in layer_symbol("roads")["classes"].items()},
    "utility": {key: (s["zh"], s["en"]) for key, s in symbols()["utilities"].items()},
    "method": {
        "open_cut": ("明挖", "open cut"), "pipe_jacking": ("顶管", "pipe jacking"),
        "directional_drilling": ("定向钻", "directional drilling"),
    },
    "laying": {"direct": ("直埋", "direct"), "duct": ("管块", "duct"), "trench": ("管沟", "trench")},
    "drawn_by": {
        "surveyed": ("实测", "surveyed"), "typed": ("坐标录入", "typed"), "drawn": ("图上绘制", "drawn"),
        "imported": ("导入", "imported"),
    },
}  # fmt: skip


def _said(column: str, value: object, language: str) -> str:
    words = WORDS.get(column, {}).get(str(value))
    return words[0 if language == "zh" else 1] if words else _text(value)


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return str(value)


def middle_points(lines: Sequence[shapely.Geometry]) -> NDArray[np.float64]:
    """Return the point half-way along each line, shape ``(n, 2)``: where its label stands.

    >>> middle_points([shapely.LineString([(0, 0), (10, 0)])]).tolist()
    [[5.0, 0.0]]
    """
    shapes = np.asarray(lines, dtype=object)
    joined = np.where(shapely.get_type_id(shapes) == MULTILINESTRING, shapely.get_geometry(shapes, 0), shapes)
    return np.asarray(shapely.get_coordinates(shapely.line_interpolate_point(joined, 0.5, normalized=True)))
