"""Bind the atlas: summary, overview, a sheet or more for each stop, checklist, sign-in sheet, notes; one PDF."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from geo.crs import Grid
from geo.crs import grid as grid_of
from maps.atlas.canvas import EDGE_MM
from maps.atlas.dimensions import number_findings
from maps.atlas.items import checklist_items, item_rows
from maps.atlas.leaf import Leaves, empty_page, number_sheets
from maps.atlas.scale import Room, overview_window, windows_of
from maps.atlas.sheets import index_map, overview_map, stop_map
from maps.atlas.stops import check_stops
from maps.atlas.tables import checklist_rows, finding_rows, limit_rows, summary_rows
from maps.atlas.town import Town
from maps.atlas.words import WORDS
from maps.layers import middle_points
from maps.section_drawing import section_figure
from maps.section_plot import Room as SectionRoom
from maps.section_plot import colour_of
from maps.section_schedule import cells_of
from maps.section_words import WORDS as SECTION_WORDS
from maps.section_words import earth, title_of
from maps.typesetting import code_svg, typeset

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from maps.atlas.scale import Window
    from maps.atlas.sheets import Map
    from maps.atlas.stops import AtlasHead, Numbered, StopSheet
    from survey.sections import Section


class Paper(NamedTuple):
    """A paper that lies (millimetres): what margins leave of it, and the column beside the map."""

    width: float
    height: float
    side: float
    sign_in_rows: int

    @property
    def figure(self) -> Room:
        """What the map has with its frame."""
        return Room(self.width - self.side - GUTTER_MM, self.height)

    @property
    def room(self) -> Room:
        """What the map has inside its frame."""
        return Room(self.figure.width - 2 * EDGE_MM, self.figure.height - 2 * EDGE_MM)


GUTTER_MM = 2.0
SPARE_LINES = 3
"""Lines of the sign-in sheet for those whom nobody expected."""
AROUND_ITEMS_M = 15.0
"""So much of the routes around the items of a planned visit is on its sheets."""
PAPERS: Mapping[str, Paper] = MappingProxyType(
    {"a3": Paper(387.0, 273.0, 98.0, 22), "a4": Paper(264.0, 186.0, 70.0, 13)}
)
"""Margins as GB/T 14689 binds: 25 mm on the left."""
SECTION_ROOM: Mapping[str, tuple[float, float]] = MappingProxyType({"a3": (130.0, 190.0), "a4": (60.0, 120.0)})
"""How deep a trench may be drawn, and how tall its drawing with everything around it (millimetres)."""


class _Bound(NamedTuple):
    """A stop with everything that its sheets need."""

    number: int
    stop: StopSheet
    found: list[Numbered]
    place: tuple[float, float]
    windows: list[Window]

    @property
    def names(self) -> list[str]:
        """The numbers of its sheets, such as 03 or 03-2."""
        first = f"{self.number:02d}"
        return [first] if len(self.windows) == 1 else [f"{first}-{k}" for k in range(1, len(self.windows) + 1)]


def make_atlas(
    stops: Sequence[StopSheet], layers: Mapping[str, gpd.GeoDataFrame], *, grid: Grid | str, head: AtlasHead,
    paper: str = "a3", language: str = "zh", people: Sequence[tuple[str, str]] = (),
) -> bytes:  # fmt: skip
    """Return the atlas of a survey as PDF.

    Parameters
    ----------
    stops
        In the order of the visit, at least one.
    layers
        The layers of `maps.layers.drawn_layers` without trenches, all in ``grid``; missing and empty ones are left
        out. ``routes`` has a column ``id`` with every id that a stop names.
    grid
        The grid of all coordinates, its crosses and its name in the title block.
    head
        Title, day, project and who answers for it.
    paper
        A key of `PAPERS`: ``a3`` or ``a4``, lying.
    language
        ``zh`` or ``en``.
    people
        Who is expected: organisation and the numbers of the stops, written into the sign-in sheet.

    Notes
    -----
    North is up; a ruler laid on the print measures the ground at the scale of the title block. A stop whose routes fit
    a sheet at 1:500 or 1:1000 is on one; else it is cut into sheets that overlap by a tenth, with an index on each. A
    label for which there is no room stands in a list beside the map, and again behind the checklist. ``data.json``
    inside holds stops, measures, findings with their numbers, and the corners of every sheet.

    Raises
    ------
    KeyError
        Of another paper or language, or a layer without a symbol.
    ValueError
        Of stops that cannot be drawn (`maps.atlas.stops.check_stops`).

    Examples
    --------
    >>> import datetime as dt
    >>> from maps.atlas import AtlasHead, StopSheet
    >>> head = AtlasHead("踏勘图册", dt.date(2026, 12, 1))
    >>> make_atlas([StopSheet("路口", place=(579000, 3657000))], {}, grid="EPSG:4546", head=head)[:5]
    b'%PDF-'
    """
    laid = grid if isinstance(grid, Grid) else grid_of(grid)
    town = Town(layers)
    check_stops(stops, {str(one) for one in town.column("routes", "id")} if "routes" in town.frames else set())
    bound = _bind(stops, town, PAPERS[paper].room)
    binder = _Binder(town, laid, head, paper, language)
    maps = binder.overview(bound)
    for one in bound:
        maps += binder.stop(one)
    number_sheets(maps, language)
    sheet = {
        "title": head.title,
        "author": head.organisation,
        "description": head.basis,
        "keywords": [stop.name[:80] for stop in stops[:20]],
        "language": language,
        "paper": paper,
        "flipped": True,
        "height": PAPERS[paper].height,
        "side": PAPERS[paper].side,
        "words": _words(stops, language),
        "facts": binder.facts(),
        "summary": summary_rows(
            stops,
            [one.found for one in bound],
            [one.place for one in bound],
            [WORDS[language]["and"].join(one.names) for one in bound],
            language,
        ),
        "maps": maps,
        "checklist": [binder.checklist(one, maps) for one in bound],
        "sign_in": _sign_in(people, PAPERS[paper].sign_in_rows),
        "foot_left": head.project or head.title,
        "qr_says": "CoTrench atlas",
    }
    return typeset("atlas", sheet, _data(bound, head, laid, paper), head.issued)


def _words(stops: Sequence[StopSheet], language: str) -> dict[str, Any]:
    """Return the words of an atlas: of a planned visit those that speak of items."""
    words = dict(WORDS[language])
    if any(stop.items for stop in stops):
        words |= {"findings": words["items"], "findings_head": words["items_head"]}
    return words


def _sign_in(people: Sequence[tuple[str, str]], rows: int) -> list[list[str]]:
    """Return organisation and stops of every line of the sign-in sheet; lines for others stay empty."""
    expected = [list(one) for one in people]
    free = max(SPARE_LINES, rows - len(expected) % rows) if expected else rows
    return [*expected, *([["", ""]] * free)]


def _bind(stops: Sequence[StopSheet], town: Town, room: Room) -> list[_Bound]:
    ids = [str(one) for one in town.column("routes", "id")] if "routes" in town.frames else []
    rows = {name: k for k, name in enumerate(ids)}
    bound = []
    for number, (stop, found) in enumerate(zip(stops, number_findings(stops), strict=True), 1):
        lines = [town.shapes["routes"][rows[name]] for name in stop.routes]
        middle = middle_points(lines[:1])[0] if stop.place is None else stop.place
        place = (float(middle[0]), float(middle[1]))
        shapes = _near_items(stop, lines) if stop.items else lines
        shapes = [*shapes, *([shapely.Point(place)] if stop.place is not None else [])]
        bound.append(_Bound(number, stop, found, place, windows_of(shapes, room)))
    return bound


def _near_items(stop: StopSheet, lines: Sequence[shapely.Geometry]) -> list[shapely.Geometry]:
    """Return what a stop of a planned visit is about: its items, and as much of the routes as lies around them."""
    points = [shapely.Point(line.item.x, line.item.y) for line in stop.items]
    around = shapely.box(*shapely.total_bounds(np.array(points, dtype=object))).buffer(AROUND_ITEMS_M)
    cut = [part for line in lines for part in shapely.get_parts(line.intersection(around)) if not part.is_empty]
    return [*points, *cut]


class _Binder:
    """Makes the pages of one atlas: what all of them share is held once."""

    def __init__(self, town: Town, grid: Grid, head: AtlasHead, paper: str, language: str) -> None:
        self.town, self.grid, self.head, self.language = town, grid, head, language
        self.paper, self.name, self.words = PAPERS[paper], paper, WORDS[language]
        self.leaves = Leaves(grid, head, language, self.paper.side)

    def overview(self, bound: Sequence[_Bound]) -> list[dict[str, Any]]:
        """Return the page that shows all stops, their order and where their sheets lie."""
        places = [one.place for one in bound]
        sheets = [(name, window) for one in bound for name, window in zip(one.names, one.windows, strict=True)]
        around = [shapely.box(*window.bounds) for _, window in sheets] + [shapely.Point(place) for place in places]
        around += [one.stop.way for one in bound if one.stop.way is not None]
        window = overview_window(around, self.paper.room)
        title = self.words["overview"]
        drawn = overview_map(window, self.town, [one.stop for one in bound], places, sheets, title, self.language)
        page = self.leaves.map_page(drawn, window.scale, title, "00")
        return [page | {"listed": [[str(one.number), one.stop.name] for one in bound]}]

    def stop(self, one: _Bound) -> list[dict[str, Any]]:
        """Return the sheets of a stop, and its cross-section."""
        pages = []
        lon, lat = self.grid.to_lonlat(*one.place)
        code = code_svg(one.stop.link or f"geo:{float(lat):.6f},{float(lon):.6f}")
        said = f"X {one.place[1]:.2f}  Y {one.place[0]:.2f}\n{float(lat):.6f}°N  {float(lon):.6f}°E"
        for name, window in zip(one.names, one.windows, strict=True):
            drawn = stop_map(window, self.town, one.stop, one.found, one.place, self.language)
            title = f"{self.words['stop']} {one.number}  {one.stop.name}"
            page = self.leaves.map_page(drawn, window.scale, title, name)
            page |= {
                "code": code,
                "place": said,
                "limits": limit_rows(one.stop, self.language),
                "unmeasured": "" if one.stop.answers else self.words["no_answers" if one.stop.routes else "no_routes"],
                "findings": self.beside(one, drawn),
                "none_found": self.none(one),
                "to_do": bool(one.stop.items),
            }
            if len(one.windows) > 1:
                lines = [line for row, line in enumerate(self.town.shapes["routes"]) if self._of(one, row)]
                svg, height = index_map(one.windows, window, lines, self.paper.side)
                page["index"] = {"svg": svg, "width": self.paper.side, "height": height}
            pages.append(page)
        return pages + ([self.section(one, one.stop.section)] if one.stop.section is not None else [])

    def beside(self, one: _Bound, drawn: Map) -> list[dict[str, Any]]:
        """Return what is told beside the map: items of a planned visit, else findings; those on the sheet first."""
        if one.stop.items:
            return item_rows(one.stop.items, one.found, drawn.shown, self.language)
        return finding_rows(sorted(one.found, key=lambda each: str(each.number) not in drawn.shown), self.language)

    def none(self, one: _Bound) -> str:
        """Return what is said where there is nothing to see at a stop; empty where there is something."""
        return "" if one.found or one.stop.items else self.words["no_findings"]

    def _of(self, one: _Bound, row: int) -> bool:
        return str(self.town.column("routes", "id")[row]) in one.stop.routes

    def section(self, one: _Bound, section: Section) -> dict[str, Any]:
        """Return the page of a stop's cross-section; without a drawing where its lines have no places."""
        depth, tall = SECTION_ROOM[self.name]
        figure = section_figure(section, self.language, SectionRoom(self.paper.figure.width, depth), tall)
        title = f"{self.words['stop']} {one.number}  {title_of(section, self.language)}"
        number = f"{one.number:02d}-{'断' if self.language == 'zh' else 'S'}"
        texts = _told(section, self.language)
        told = earth(section, self.language)
        schedule = [
            {"colour": colour_of(laid), "cells": [str(k), *cells_of(laid, self.language)]}
            for k, laid in enumerate(section.lines, 1)
        ]
        return empty_page() | {
            "is": "section",
            "title": title,
            "figure": None if figure is None else {"svg": figure.svg, "width": figure.width, "height": figure.height},
            "head": list(SECTION_WORDS[self.language]["head"]),
            "schedule": schedule,
            "texts": [*([told] if told else []), *texts],
            "block": self.leaves.block(title, number, f"1:{figure.scale}" if figure else ""),
        }

    def facts(self) -> list[list[str]]:
        """Return the facts of the cover; what is not known is left out."""
        names = self.words["block"]
        pairs = (
            (names[0], self.head.project),
            (self.words["by"], self.head.basis),
            (names[4], self.leaves.system()),
            (names[5], self.head.height_datum),
            (names[6], self.head.organisation),
            (names[7], self.head.issued.isoformat()),
        )
        return [[name, value] for name, value in pairs if value]

    def checklist(self, one: _Bound, maps: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return what is gone through at a stop: findings, other tasks, and what had no room on its sheets."""
        left_out = [
            [page["number"], self.words["then"].join(page["left_out"])]
            for page in maps
            if page["number"] in one.names and page["left_out"]
        ]
        return {
            "title": f"{self.words['stop']} {one.number}  {one.stop.name}",
            "times": one.stop.times,
            "rows": [] if one.stop.items else checklist_rows(one.found, self.language),
            "items": checklist_items(one.stop.items, one.found, self.language),
            "none": self.none(one),
            "tasks": list(one.stop.tasks),
            "left_out": left_out,
        }


def _told(section: Section, language: str) -> list[str]:
    """Return what stands in the way of a section, what holds it, and what one must know."""
    zh = language == "zh"
    return [
        *(each.zh if zh else each.en for each in section.obstacles),
        *(each.zh if zh else each.en for each in section.bounds),
        *(each.zh if zh else each.en for each in section.notes),
    ]


def _data(bound: Sequence[_Bound], head: AtlasHead, grid: Grid, paper: str) -> dict[str, Any]:
    """Return what a program reads from the file."""
    return {
        "kind": "atlas", "title": head.title, "project": head.project, "issued": head.issued.isoformat(),
        "grid": grid.code, "paper": paper,
        "stops": [
            {
                "number": one.number, "name": one.stop.name, "place": list(one.place), "routes": list(one.stop.routes),
                "sheets": [
                    {"number": name, "scale": window.scale, "bounds": list(window.bounds)}
                    for name, window in zip(one.names, one.windows, strict=True)
                ],
                "measured": [
                    {"route": name, "quantities": answer["quantities"], "verdict": answer["verdict"]}
                    for name, answer in zip(one.stop.routes, one.stop.answers, strict=False)
                ],
                "findings": [each.finding.as_dict() | {"number": each.number} for each in one.found],
                "section": one.stop.section.as_dict() if one.stop.section is not None else None,
                "items": [line.as_dict() for line in one.stop.items],
                "times": one.stop.times,
                "tasks": list(one.stop.tasks),
            }
            for one in bound
        ],
    }  # fmt: skip
