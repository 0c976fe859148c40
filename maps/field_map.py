"""Write the survey map as one HTML file that opens with no network."""

from __future__ import annotations

import os
import tempfile
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium
import numpy as np
import shapely
from shapely.geometry import shape

from geo.crs import Grid
from geo.crs import grid as grid_of
from maps.field_findings import drawn_findings, finding_layers, listed_findings, told_count
from maps.layers import UNKNOWN, DrawnLayer, drawn_layers, is_there, middle_points
from maps.offline_page import add_layer, empty_page, lonlat, name_in_order, render, script_json
from maps.symbols import symbols

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from survey.findings import Finding

Assessment = dict[str, Any]
WORDS = {
    "zh": {
        "routes": "管线", "find": "按名称、编号查找", "north": "北", "zoomIn": "放大", "zoomOut": "缩小",
        "labels": "量测标注", "length": "长", "crossing": "穿路", "green": "占绿", "along": "路内",
        "layers": "图例与图层", "findings": "发现", "findFinding": "按编号、管线查找",
        "items": "踏勘事项", "findItem": "按编号、内容查找",
        "made": "图上长度为椭球面长度；点击要素看属性。",
    },
    "en": {
        "routes": "Routes", "find": "Find by name or number", "north": "N", "zoomIn": "Zoom in", "zoomOut": "Zoom out",
        "labels": "Measured labels", "length": "length", "crossing": "crossing", "green": "green",
        "along": "in the road",
        "layers": "Legend and layers", "findings": "Findings", "findFinding": "Find by number or line",
        "items": "To do", "findItem": "Find by number or text",
        "made": "Lengths are on the ellipsoid. Click a feature for its facts.",
    },
}  # fmt: skip


def write_field_map(
    layers: Mapping[str, gpd.GeoDataFrame],
    path: str | Path,
    *,
    title: str,
    grid: Grid | str,
    assessments: Sequence[Assessment] | None = None,
    findings: Sequence[Finding] = (),
    lines: Sequence[str] = (),
    language: str = "zh",
    more: Sequence[DrawnLayer] = (),
    listed: Sequence[Mapping[str, Any]] = (),
) -> Path:
    """Write a self-contained survey map and return its path.

    Parameters
    ----------
    layers
        Layer name to a frame with geometry in ``grid``; see `maps.layers.drawn_layers`. Empty layers are left out.
    path
        The file to write; a file of that name is replaced whole or not at all.
    title, lines
        What the sheet says at its head: the title, and lines under it (policy, date, source).
    grid
        The grid of the geometries.
    assessments
        One answer of `survey.assessments.assess` for each row of ``layers["routes"]``, in its order, geometries in
        ``grid``; None: routes are drawn without measured labels.
    findings
        What the routes conflict with, the gravest first, geometries in ``grid``: a layer for each severity, numbered,
        with measured value, limit and clause on a click. What passes is not drawn, and of very many only the gravest
        (`maps.field_findings.MOST_FINDINGS`), which the sheet says.
    language
        ``zh`` or ``en``.
    more, listed
        Layers of a planned visit drawn above all others, and what the list shows instead of findings: ``number`` (that
        of a mark of ``more``), ``name``, ``figures``, ``fill``, ``ink``.

    Raises
    ------
    maps.offline_page.MissingClientError
        The map library has not been built.
    ValueError
        The number of assessments is not the number of routes, or nothing at all is there to draw.
    """
    html = field_map_html(
        layers, title=title, grid=grid, assessments=assessments, findings=findings, lines=lines, language=language,
        more=more, listed=listed,
    )  # fmt: skip
    target = Path(path)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(html)
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return target


def field_map_html(
    layers: Mapping[str, gpd.GeoDataFrame],
    *,
    title: str,
    grid: Grid | str,
    assessments: Sequence[Assessment] | None = None,
    findings: Sequence[Finding] = (),
    lines: Sequence[str] = (),
    language: str = "zh",
    more: Sequence[DrawnLayer] = (),
    listed: Sequence[Mapping[str, Any]] = (),
) -> str:
    """Return the survey map of `write_field_map` as text; the same input gives the same text."""
    laid = grid if isinstance(grid, Grid) else grid_of(grid)
    drawn = drawn_layers(layers, language)
    if not drawn:
        raise ValueError("没有可画的要素 / nothing to draw: every layer is empty")
    answers = list(assessments or [])
    count = len(layers["routes"]) if "routes" in layers else 0
    if answers and len(answers) != count:
        raise ValueError(f"{len(answers)} assessments for {count} routes")
    bounds = _bounds(drawn, laid)
    page = empty_page(title, bounds)
    numbered = drawn_findings(findings)
    shown = [*drawn, *_passages(answers, language), *finding_layers(numbered, language), *more]
    added = [add_layer(page, layer, laid, language) for layer in shown]
    labels = folium.FeatureGroup(name=escape(WORDS[language]["labels"]))
    labels.add_to(page)
    folium.LayerControl(collapsed=False).add_to(page)
    name_in_order(page.get_root())
    words = WORDS[language] | {
        "title": title,
        "lines": [
            *lines,
            *([told_count(len(numbered), len(findings), language)] if findings else []),
            WORDS[language]["made"],
        ],
        "labelLayer": labels.get_name(),
        "bounds": bounds,
    }
    if listed:
        words |= {"findings": WORDS[language]["items"], "findFinding": WORDS[language]["findItem"]}
    routes = _listed(layers["routes"], answers, laid, language) if count else []
    parts = (words, routes, listed or listed_findings(numbered, language), _labels(answers, laid, language))
    told = ",".join(script_json(part) for part in parts)
    drawn_there = ",".join(
        f"{{layer:{one.get_name()},key:{script_json(layer.key)},coarsest:{script_json(layer.max_resolution)},"
        f"names:{script_json(_names(layer, laid))}}}"
        for one, layer in zip(added, shown, strict=True)
    )
    return render(page, f"cotrenchFieldMap({page.get_name()},{told},[{drawn_there}]);")


def _names(layer: DrawnLayer, grid: Grid) -> list[list[Any]]:
    """Return what is written on a layer: each text, its places (latitude, longitude), and the rest of its `Name`."""
    if not layer.names:
        return []
    # Half a metre off the line nobody sees in a text, and the file stays small.
    shapes = lonlat(shapely.simplify(np.array([name.shape for name in layer.names], dtype=object), 0.5), grid)
    places = [shapely.get_coordinates(shape)[:, ::-1].tolist() for shape in shapes]
    return [
        [name.text, at, round(name.room_m, 1), name.coarsest, name.weight, name.colour, name.size, int(name.beside)]
        for name, at in zip(layer.names, places, strict=True)
    ]


def _bounds(drawn: Sequence[DrawnLayer], grid: Grid) -> list[list[float]]:
    """Return south-west and north-east of what the visit is about: routes and sites, else everything."""
    shown = [layer for layer in drawn if layer.key in {"routes", "sites"}] or list(drawn)
    return _corners(np.concatenate([layer.geometries for layer in shown]), grid)


def _corners(shapes: Any, grid: Grid) -> list[list[float]]:  # noqa: ANN401 - shapely takes one shape or many
    west, south, east, north = shapely.total_bounds(shapes)
    lon, lat = grid.to_lonlat(np.array([west, east]), np.array([south, north]))
    return [[float(lat[0]), float(lon[0])], [float(lat[1]), float(lon[1])]]


def _passages(answers: Sequence[Assessment], language: str) -> list[DrawnLayer]:
    """Return the counted stretches of all routes as layers: crossings, stretches along a road, green."""
    layers = []
    for kind in ("crossing", "along", "green"):
        found = [passage for answer in answers for passage in answer["passages"] if passage["kind"] == kind]
        if not found:
            continue
        symbol = symbols()["passages"][kind]
        style = {"color": symbol["stroke"], "weight": symbol["width"], "opacity": 0.8, "fill": False}
        rows = [_passage_rows(passage, language) for passage in found]
        shapes = np.array([shape(passage["geometry"]) for passage in found], dtype=object)
        layers.append(DrawnLayer(kind, symbol["zh"], symbol["en"], shapes, style, rows))
    return layers


def _passage_rows(passage: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    zh = language == "zh"
    rows = [("名称" if zh else "Name", str(passage.get("name") or passage.get("owner") or ""))]
    rows.append(("长度 m" if zh else "Length m", f"{passage['length_m']:.2f}"))
    rows.append(("里程 m" if zh else "Chainage m", f"{passage['from_m']:.2f} – {passage['to_m']:.2f}"))
    if passage.get("skew_deg") is not None:
        rows.append(("交角 °" if zh else "Skew °", f"{passage['skew_deg']:.1f}"))
    return rows


def _labels(answers: Sequence[Assessment], grid: Grid, language: str) -> list[dict[str, Any]]:
    """Return the measured labels: each counted stretch's length at its middle."""
    said = [(kind, passage) for answer in answers for passage in answer["passages"] if (kind := passage["kind"])]
    if not said:
        return []
    middles = middle_points([shape(passage["geometry"]) for _, passage in said])
    points = shapely.get_coordinates(lonlat(shapely.points(middles), grid))
    word = WORDS[language]
    return [
        {"kind": kind, "text": f"{word[kind]} {passage['length_m']:.2f} m", "at": [float(lat), float(lon)]}
        for (kind, passage), (lon, lat) in zip(said, points, strict=True)
    ]


def _listed(frame: gpd.GeoDataFrame, answers: Sequence[Assessment], grid: Grid, language: str) -> list[dict[str, Any]]:
    """Return what the list of routes shows: name, figures, verdict and where to go on a click."""
    named = frame.assign(**{key: "" for key in ("id", "name", "utility") if key not in frame})
    listed = []
    for k, (number, name, utility, line) in enumerate(
        zip(named["id"], named["name"], named["utility"], frame.geometry, strict=True)
    ):
        kind = symbols()["utilities"].get(utility, UNKNOWN)[language]
        title = " ".join(str(part) for part in (number, name) if is_there(part))
        entry = {"name": title or f"#{k + 1}", "figures": kind, "bounds": _corners(line, grid)}
        listed.append(entry | (_judged(kind, answers[k], language) if answers else {}))
    return listed


def _judged(kind: str, answer: Assessment, language: str) -> dict[str, str]:
    word, measured, verdict = WORDS[language], answer["quantities"], answer["verdict"]
    figures = [kind, f"{word['length']} {measured['length_m']['value']:.2f} m"]
    if measured["crossing_m"]["value"]:
        figures.append(f"{word['crossing']} {measured['crossing_m']['value']:.2f} m")
    if measured["along_m"]["value"]:
        figures.append(f"{word['along']} {measured['along_m']['value']:.2f} m")
    if measured["green_m2"]["value"]:
        figures.append(f"{word['green']} {measured['green_m2']['value']:.2f} m²")
    colour = symbols()["verdicts"][verdict["verdict"]]["colour"]
    return {"figures": " · ".join(figures), "verdict": verdict[f"label_{language}"], "colour": colour}
