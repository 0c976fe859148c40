"""Build a folium page that loads nothing: library, styles and script stand in the file itself."""

from __future__ import annotations

import json
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

import folium
import numpy as np
import shapely
from branca.element import Element

if TYPE_CHECKING:
    from collections.abc import Sequence

    from branca.element import Figure
    from numpy.typing import NDArray

    from geo.crs import Grid
    from maps.layers import DrawnLayer

# 1e-7 degrees is a centimetre: what a reader of a screen map can use.
DECIMALS = 7
MARKED = ("trees", "findings", "stops")
"""Layers that may hold points."""
TREE_RADIUS = 3
STRETCHES, UNFILLED = ("LineString", "MultiLineString"), {"fill": False}
"""Leaflet fills lines too where their layer is filled for its points."""


class MissingClientError(RuntimeError):
    """The web client has not been built, so the map library to put into the file is not there."""

    def __init__(self) -> None:
        super().__init__(
            "离线地图要用的 Leaflet 不在：先运行 make setup / the map library is not built: run make setup"
        )


def empty_page(title: str, bounds: Sequence[Sequence[float]]) -> folium.Map:
    """Return a folium map without any outside address, shown at ``bounds`` ((lat, lon), (lat, lon)).

    Raises
    ------
    MissingClientError
        Leaflet has not been built into ``maps/web/dist/offline``.
    """
    page = folium.Map(tiles=None, prefer_canvas=True, zoom_control=False, max_zoom=22, zoom_snap=0.5)
    page.default_js, page.default_css = [], []
    page.fit_bounds(bounds, max_zoom=19)
    figure = cast("Figure", page.get_root())
    figure.title = escape(title)
    viewport = '<meta name="viewport" content="width=device-width,initial-scale=1">'
    # Without an icon of its own a browser asks for /favicon.ico: the one request this page could make.
    icon = '<link rel="icon" href="data:,">'
    style = f"<style>{_built('leaflet.css')}\n{_template('field_map.css')}</style>"
    script = f"<script>{_built('leaflet.js')}\n{_template('field_names.js')}\n{_template('field_map.js')}</script>"
    figure.header.add_child(Element(_literal(viewport + icon + style + script)), name="cotrench")
    return page


def add_layer(page: folium.Map, layer: DrawnLayer, grid: Grid, language: str) -> folium.GeoJson:
    """Add one switchable layer; what a click shows travels in each feature's ``rows``."""
    name = layer.label(language)
    shapes = zip(shapely.to_geojson(lonlat(layer.geometries, grid)), layer.rows, strict=True)
    features = [
        {"type": "Feature", "id": k, "properties": {"layer": name, "rows": rows}, "geometry": json.loads(shape)}
        for k, (shape, rows) in enumerate(shapes)
    ]
    for feature, mark in zip(features, _marks(layer, grid), strict=False):
        feature["properties"] |= mark
    style = dict(layer.style)
    unasked = shapely.to_geojson(lonlat(np.array([shape for shape, _ in layer.under], dtype=object), grid))
    below = [
        {"type": "Feature", "id": -1 - k, "properties": {"under": look}, "geometry": json.loads(shape)}
        for k, (shape, (_, look)) in enumerate(zip(unasked, layer.under, strict=True))
    ]

    def styled(feature: dict[str, Any]) -> dict[str, Any]:
        look: dict[str, Any] | None = feature["properties"].get("under")
        if look is not None:
            return look
        return style | UNFILLED if feature["geometry"]["type"] in STRETCHES else style

    added = folium.GeoJson(
        {"type": "FeatureCollection", "features": below + features},
        name=_swatch(style) + escape(name),
        show=layer.visible,
        style_function=styled,
        marker=folium.CircleMarker(**{"radius": TREE_RADIUS} | style) if layer.key in MARKED else None,
    )
    added.add_to(page)
    return added


def _marks(layer: DrawnLayer, grid: Grid) -> list[dict[str, Any]]:
    """Return number and place (latitude, longitude) of each mark; nothing for a layer without numbers."""
    if not len(layer.numbers):
        return []
    places = shapely.get_coordinates(lonlat(layer.marks, grid))
    return [
        {"number": number, "at": [float(lat), float(lon)], "ink": layer.style["ink"]}
        for number, (lon, lat) in zip(layer.numbers, places, strict=True)
    ]


def render(page: folium.Map, call: str) -> str:
    """Return the page as HTML, with ``call`` run once the map is there.

    folium has no hook after its own script, so the call stands in a script of its own at the end of the page.
    """
    return str(page.get_root().render()).replace("</html>", f"<script>{call}</script>\n</html>")


def name_in_order(element: Element, numbers: Any = None) -> None:  # noqa: ANN401 - an iterator shared by the recursion
    """Replace folium's random element names by running numbers, so that the same map is the same file."""
    numbers = iter(range(1_000_000)) if numbers is None else numbers
    element._id = f"{next(numbers):04d}"  # noqa: SLF001 - branca offers no other way to name an element
    for child in element._children.values():  # noqa: SLF001 - see above
        name_in_order(child, numbers)


def script_json(value: object) -> str:
    r"""Return JSON that can stand inside a script element: no ``</script>``, no comment, no line separators.

    >>> script_json("</script>")
    '"\\u003c/script\\u003e"'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def lonlat(shapes: NDArray[np.object_], grid: Grid) -> NDArray[np.object_]:
    """Return grid geometries in longitude and latitude, rounded to a centimetre."""

    def turned(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        lon, lat = grid.to_lonlat(coordinates[:, 0], coordinates[:, 1])
        return np.asarray(np.round(np.column_stack([lon, lat]), DECIMALS), dtype=np.float64)

    return np.asarray(shapely.transform(shapes, turned), dtype=object)


def _built(name: str) -> str:
    found = files("maps") / "web" / "dist" / "offline" / name
    if not found.is_file():
        raise MissingClientError
    return found.read_text(encoding="utf-8")


def _template(name: str) -> str:
    return (files("maps") / "templates" / name).read_text(encoding="utf-8")


def _literal(text: str) -> str:
    """Keep text from being read as a template by branca."""
    return "{% raw %}" + text.replace("{% endraw %}", "") + "{% endraw %}"


def _swatch(style: dict[str, Any]) -> str:
    if style.get("fill"):
        rgb = style["fillColor"]
        opacity = round(255 * style.get("fillOpacity", 1))
        return f'<i class="swatch" style="background:{rgb}{opacity:02x};border:1px solid {style["color"]}"></i>'
    kind = "dashed" if style.get("dashArray") else "solid"
    return f'<i class="swatch line" style="border-top-color:{style["color"]};border-top-style:{kind}"></i>'
