"""Make the style that QGIS and QField give a layer of ours when they open it: colours, labels, fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from xml.etree import ElementTree as ET

from maps.layers import UNKNOWN
from maps.qgis.drawing import (
    ALONG_LINE,
    MM_PER_PIXEL,
    OVER_POINT,
    categorised,
    fill_layer,
    labels,
    line_layer,
    marker_layer,
    single,
    symbol,
)
from maps.qgis.fields import FIXED, describe_fields
from maps.symbols import layer_symbol, symbols

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

    from maps.qgis.drawing import Category

Shape = Literal["point", "line", "polygon"]
WRITTEN_FOR = "3.34.0"
NAMED = 'coalesce(nullif("name", \'\'), "id")'
CENTRE_LINE_WIDTH_M = 'coalesce("width_m", 6)'
CASING_M = 0.5
METRES_PER_PIXEL_TO_SCALE = 1000 / MM_PER_PIXEL
UNKNOWN_COLOUR = "#555555"
DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"


@dataclass(frozen=True, slots=True)
class StyledLayer:
    """One layer of a GeoPackage that is given out.

    Parameters
    ----------
    table
        What it is called in the file.
    symbol
        How it is drawn: a layer of `maps.symbols`, or ``stops``, ``way``, ``items``, ``crossings``.
    shape
        What its geometries are, alone or several of them.
    frame
        Its features, in the grid.
    zh, en
        What people call it; no two layers of a file are called alike.
    edited
        Whether it is given out to be edited; else every field is fixed.
    """

    table: str
    symbol: str
    shape: Shape
    frame: gpd.GeoDataFrame
    zh: str
    en: str
    edited: bool = True


def style_of(layer: StyledLayer, language: str = "zh") -> str:
    """Return the style of a layer (QML); the same layer gives the same text.

    Raises
    ------
    KeyError
        There is no such symbol.
    """
    said = {"version": WRITTEN_FOR, "styleCategories": "Symbology|Labeling|Fields|Forms|MapTips|Rendering"}
    root = ET.Element("qgis", said | _scales(layer.symbol) | {"labelsEnabled": "0", "readOnly": "0"})
    root.append(_renderer(layer, language))
    named = _labels(layer)
    if named is not None:
        root.set("labelsEnabled", "1")
        root.append(named)
    fields = [str(name) for name in layer.frame.columns if name != layer.frame.geometry.name]
    describe_fields(root, layer.symbol, fields, language, fixed=FIXED if layer.edited else frozenset(fields))
    ET.SubElement(root, "previewExpression").text = _called(fields)
    ET.SubElement(root, "mapTip").text = f"<b>[% {_called(fields)} %]</b>"
    ET.indent(root)
    return DOCTYPE + ET.tostring(root, encoding="unicode") + "\n"


def _called(fields: list[str]) -> str:
    if "name" in fields:
        return NAMED
    return '"number"' if "number" in fields else '"id"' if "id" in fields else "$id"


def _scales(key: str) -> dict[str, str]:
    """Return up to which scale a layer is drawn, as our own maps do."""
    coarsest = next((one["max_resolution"] for one in symbols()["layers"] if one["key"] == key), None)
    if coarsest is None:
        return {"hasScaleBasedVisibilityFlag": "0"}
    least = round(coarsest * METRES_PER_PIXEL_TO_SCALE, -2)
    return {"hasScaleBasedVisibilityFlag": "1", "minScale": f"{least:.0f}", "maxScale": "0"}


def _renderer(layer: StyledLayer, language: str) -> ET.Element:
    makers = {"roads": _roads, "stops": _stops, "way": _way, "items": _items, "crossings": _crossings}
    if layer.symbol in makers:
        return makers[layer.symbol](layer, language)
    if layer_symbol(layer.symbol).get("by") == "utility":
        return categorised("utility", _utilities(layer.symbol, language))
    return single(_plain(layer))


def _utilities(key: str, language: str) -> Iterator[Category]:
    said = layer_symbol(key)
    for name, utility in symbols()["utilities"].items():
        dash = said.get("dash") or utility["dash"]
        yield name, utility[language], symbol("line", line_layer(utility["screen"], said["width"], dash=dash))
    drawn = line_layer(UNKNOWN_COLOUR, said["width"], dash=said.get("dash") or ())
    yield "", UNKNOWN[language], symbol("line", drawn)


def _plain(layer: StyledLayer) -> ET.Element:
    said = layer_symbol(layer.symbol)
    stroke = said.get("stroke", UNKNOWN_COLOUR)
    if layer.shape == "line":
        drawn = line_layer(stroke, said["width"], dash=said.get("dash") or ())
        return symbol("line", drawn, opacity=said.get("opacity", 1))
    if layer.shape == "polygon":
        return symbol("fill", fill_layer(said["fill"], stroke, said["width"], dashed=bool(said.get("dash"))))
    crown = 'coalesce("crown_m", 3)' if layer.symbol == "trees" else ""
    return symbol("marker", marker_layer(said["fill"], stroke, 3.0, size_m=crown))


def _roads(layer: StyledLayer, language: str) -> ET.Element:
    """Return carriageways in their true width, the greater road over the lesser; a class that is not said is local."""
    classes = layer_symbol("roads")["classes"]
    order = ["", *reversed(classes)]

    def drawn(key: str) -> ET.Element:
        said = classes[key or "local"]
        if layer.shape == "polygon":
            return symbol("fill", fill_layer(said["fill"], said["casing"], 1))
        level = 2 * order.index(key)
        casing = line_layer(said["casing"], 1, width_m=f"{CENTRE_LINE_WIDTH_M} + {CASING_M:g}", level=level, cap="flat")
        return symbol("line", casing, line_layer(said["fill"], 1, width_m=CENTRE_LINE_WIDTH_M, level=level + 1))

    listed = [(key, classes[key][language], drawn(key)) for key in classes]
    others = ("", UNKNOWN[language], drawn(""))
    return categorised("class", [*listed, others], levels=layer.shape == "line")


def _stops(_: StyledLayer, __: str) -> ET.Element:
    return single(symbol("marker", marker_layer(symbols()["visit"], "#ffffff", 6.5)))


def _way(_: StyledLayer, __: str) -> ET.Element:
    # Dots, wide apart: dashes are the pipes that lie in the same streets.
    return single(symbol("line", line_layer(symbols()["visit"], 4, dash=(4, 8)), opacity=0.7))


def _items(_: StyledLayer, __: str) -> ET.Element:
    said = symbols()["severities"]["serious"]
    return single(symbol("marker", marker_layer(said["fill"], said["line"], 5.5, shape="square")))


def _crossings(_: StyledLayer, language: str) -> ET.Element:
    counted = {key: said for key, said in symbols()["passages"].items() if key != "partner"}
    return categorised(
        "kind",
        [
            (key, said[language], symbol("line", line_layer(said["stroke"], said["width"], cap="flat"), opacity=0.8))
            for key, said in counted.items()
        ],
    )


def _labels(layer: StyledLayer) -> ET.Element | None:
    ink, paper = symbols()["ink"], symbols()["paper"]
    if layer.symbol == "stops":
        return labels('to_string("number")', OVER_POINT, "#ffffff", "", size_pt=9, bold=True, always=True)
    if layer.symbol == "items":
        return labels('"number"', OVER_POINT, ink, "", size_pt=6.5, bold=True, always=True)
    if layer.symbol == "crossings":
        said = "format_number(\"length_m\", 2) || ' m'"
        return labels(said, ALONG_LINE, ink, paper)
    if layer.symbol in {"routes", "roads", "sites"}:
        said = NAMED if layer.symbol == "routes" else '"name"'
        return labels(said, ALONG_LINE if layer.shape == "line" else OVER_POINT, ink, paper)
    return None
