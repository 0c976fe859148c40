"""Write symbols, renderers and labels as QGIS keeps them in a style (QML of version 3), from our symbology.

Widths of our symbols are pixels of a screen of 96 dots an inch; QGIS takes millimetres, so that a print has them too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MM_PER_PIXEL = 25.4 / 96
RGB_LENGTH = len("#rrggbb")
GROUND_UNIT = "RenderMetersInMapUnits"
#: Of `Qgis::LabelPlacement`: over the point; along a line.
OVER_POINT, ALONG_LINE = "1", "2"
LABEL_FONT = "Noto Sans CJK SC"

Category = tuple[str, str, ET.Element]
"""A value of the attribute, what the legend calls it, and its symbol."""


def colour(text: str) -> str:
    """Return a colour as QGIS writes it; eight digits carry their own opacity.

    >>> colour("#c21fb4"), colour("#3b5bdb1f")
    ('194,31,180,255', '59,91,219,31')
    """
    parts = [int(text[at : at + 2], 16) for at in range(1, len(text), 2)]
    return ",".join(str(part) for part in (*parts, *([] if len(text) > RGB_LENGTH else [255])))


def millimetres(pixels: float) -> str:
    """Return a width of our symbols for QGIS.

    >>> millimetres(2.6)
    '0.69'
    """
    return f"{pixels * MM_PER_PIXEL:.2f}"


def option_map(values: Mapping[str, str], name: str = "") -> ET.Element:
    """Return named texts as QGIS writes a map of options."""
    found = ET.Element("Option", {"type": "Map", **({"name": name} if name else {})})
    for key, value in values.items():
        ET.SubElement(found, "Option", {"type": "QString", "name": key, "value": value})
    return found


def symbol(kind: str, *layers: ET.Element, opacity: float = 1.0) -> ET.Element:
    """Return a symbol (``line``, ``fill``, ``marker``) of layers, the lowest first; a renderer gives it its name."""
    found = ET.Element("symbol", {"type": kind, "alpha": f"{opacity:g}", "clip_to_extent": "1", "force_rhr": "0"})
    found.extend(layers)
    return found


def line_layer(
    stroke: str, width_px: float, *, dash: Sequence[float] = (), width_m: str = "", level: int = 0, cap: str = "round"
) -> ET.Element:
    """Return a plain line.

    Parameters
    ----------
    stroke
        Its colour.
    width_px, dash
        Its width and pattern, pixels of the screen.
    width_m
        An expression for the width on the ground, metres, in the place of ``width_px``.
    level
        Lines of a higher level are drawn over all those of a lower one, where the renderer has levels.
    """
    pattern = ";".join(millimetres(part) for part in dash)
    said = {
        "line_color": colour(stroke), "line_style": "solid", "line_width": millimetres(width_px),
        "line_width_unit": GROUND_UNIT if width_m else "MM", "capstyle": cap if not dash else "flat",
        "joinstyle": "round", "use_custom_dash": "1" if dash else "0", "customdash": pattern or "5;2",
        "customdash_unit": "MM",
    }  # fmt: skip
    return _layer("SimpleLine", said, {"outlineWidth": width_m} if width_m else {}, level)


def fill_layer(fill: str, stroke: str, width_px: float, *, dashed: bool = False) -> ET.Element:
    """Return a plain area with its outline."""
    said = {
        "color": colour(fill), "style": "solid", "outline_color": colour(stroke),
        "outline_style": "dash" if dashed else "solid", "outline_width": millimetres(width_px),
        "outline_width_unit": "MM", "joinstyle": "round",
    }  # fmt: skip
    return _layer("SimpleFill", said, {})


def marker_layer(fill: str, stroke: str, size_mm: float, *, shape: str = "circle", size_m: str = "") -> ET.Element:
    """Return a plain marker; ``size_m`` is an expression for its size on the ground, metres, instead of ``size_mm``."""
    said = {
        "name": shape, "color": colour(fill), "outline_color": colour(stroke), "outline_style": "solid",
        "outline_width": "0.3", "outline_width_unit": "MM", "size": f"{size_mm:g}",
        "size_unit": GROUND_UNIT if size_m else "MM",
    }  # fmt: skip
    return _layer("SimpleMarker", said, {"size": size_m} if size_m else {})


def _layer(kind: str, said: Mapping[str, str], by_feature: Mapping[str, str], level: int = 0) -> ET.Element:
    found = ET.Element("layer", {"class": kind, "enabled": "1", "locked": "0", "pass": str(level)})
    found.append(option_map(said))
    if by_feature:
        ET.SubElement(found, "data_defined_properties").append(_by_feature(by_feature))
    return found


def _by_feature(expressions: Mapping[str, str]) -> ET.Element:
    """Return properties that an expression decides for each feature."""
    found = option_map({"name": ""})
    properties = ET.SubElement(found, "Option", {"type": "Map", "name": "properties"})
    for name, expression in expressions.items():
        one = ET.SubElement(properties, "Option", {"type": "Map", "name": name})
        for key, kind, value in (
            ("active", "bool", "true"),
            ("expression", "QString", expression),
            ("type", "int", "3"),
        ):
            ET.SubElement(one, "Option", {"name": key, "type": kind, "value": value})
    ET.SubElement(found, "Option", {"type": "QString", "name": "type", "value": "collection"})
    return found


def single(drawn: ET.Element) -> ET.Element:
    """Return a renderer that draws every feature alike."""
    found = ET.Element("renderer-v2", {"type": "singleSymbol", "symbollevels": "0", "forceraster": "0"})
    ET.SubElement(found, "symbols").append(_named(drawn, 0))
    return found


def categorised(attribute: str, categories: Iterable[Category], *, levels: bool = False) -> ET.Element:
    """Return a renderer that draws by the values of an attribute; the value ``""`` stands for all others."""
    said = {"type": "categorizedSymbol", "attr": attribute, "symbollevels": str(int(levels)), "forceraster": "0"}
    found = ET.Element("renderer-v2", said)
    listed, drawn = ET.SubElement(found, "categories"), ET.SubElement(found, "symbols")
    for number, (value, label, one) in enumerate(categories):
        told = {"value": value, "label": label, "symbol": str(number), "render": "true", "type": "string"}
        ET.SubElement(listed, "category", told)
        drawn.append(_named(one, number))
    return found


def _named(drawn: ET.Element, number: int) -> ET.Element:
    drawn.set("name", str(number))
    return drawn


def labels(
    expression: str,
    placement: str,
    ink: str,
    halo: str,
    *,
    size_pt: float = 8,
    bold: bool = False,
    always: bool = False,
) -> ET.Element:
    """Return labels that an expression gives, with a halo of the paper's colour.

    ``always``: numbers in a marker, which are drawn wherever the marker is; others give way where there is no room.
    """
    found = ET.Element("labeling", {"type": "simple"})
    settings = ET.SubElement(found, "settings", {"calloutType": "simple"})
    style = ET.SubElement(
        settings,
        "text-style",
        {
            "fieldName": expression, "isExpression": "1", "fontFamily": LABEL_FONT, "fontSize": f"{size_pt:g}",
            "fontSizeUnit": "Point", "fontWeight": "75" if bold else "50", "textColor": colour(ink),
            "textOpacity": "1",
        },
    )  # fmt: skip
    buffer = {"bufferDraw": str(int(halo != "")), "bufferSize": "0.8", "bufferSizeUnits": "MM"}
    ET.SubElement(style, "text-buffer", buffer | {"bufferColor": colour(halo or ink), "bufferOpacity": "1"})
    # Above the line and turned with it; over the middle of a point.
    ET.SubElement(
        settings,
        "placement",
        {"placement": placement, "placementFlags": "10", "quadOffset": "4", "dist": "0.5", "distUnits": "MM",
         "priority": "10" if always else "5"},
    )  # fmt: skip
    drawn = {"drawLabels": "1", "obstacle": "1", "scaleVisibility": "0", "displayAll": str(int(always))}
    ET.SubElement(settings, "rendering", drawn)
    return found
