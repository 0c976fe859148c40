"""Print any part of the map: one sheet or several with an index, at a true scale, on paper that lies or stands."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from geo.faults import BadInputError, Fault
from maps.atlas.canvas import EDGE_MM, PIXEL_MM
from maps.atlas.dimensions import number_findings
from maps.atlas.leaf import Leaves, number_sheets
from maps.atlas.scale import AROUND_MM, MOST_SHEETS, Room, fits, overview_window, windows_at
from maps.atlas.sheets import index_map, overview_map, stop_map
from maps.atlas.stops import StopSheet
from maps.atlas.tables import checklist_rows, finding_rows
from maps.atlas.town import COARSEST_MINOR, Town
from maps.atlas.words import WORDS
from maps.symbols import layer_symbol, symbols
from maps.typesetting import first_page, typeset

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from geo.crs import Grid
    from maps.atlas.scale import Window
    from maps.atlas.stops import AtlasHead
    from survey.findings import Finding

SCALES = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 25_000, 50_000, 100_000, 200_000)
FITTING = SCALES[2:]
"""Scales among which the finest is taken where everything is to be on one sheet."""
LAYERS = tuple(layer["key"] for layer in symbols()["layers"] if layer["key"] != "trenches")
LONGEST_TITLE, LONGEST_NOTE = 200, 500
MOST_FEATURES = 60_000
"""More on one print is no map: a coarser scale, which leaves out what cannot be read on it, or a smaller area."""
GUTTER_MM, STRIP_GUTTER_MM = 2.0, 4.0
PREVIEW_PX = 1400
"""The longer side of a preview."""
PRINT_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "zh": {
            "more": "另 {} 条见末页",
            "in_full": "附表",
            "nothing": "此范围内没有所选图层的要素",
            "about": "范围总图",
        },
        "en": {
            "more": "{} more: see the last page",
            "in_full": "In full",
            "nothing": "Nothing of the chosen layers lies here",
            "about": "All sheets",
        },
    }
)


class PrintPaper(NamedTuple):
    """A paper as it lies or stands (millimetres): what margins leave of it, the column or strip beside the map."""

    width: float
    height: float
    side: float
    strip: float

    @property
    def figure(self) -> Room:
        """What the map has with its frame."""
        if self.strip:
            return Room(self.width, self.height - self.strip - GUTTER_MM)
        return Room(self.width - self.side - GUTTER_MM, self.height)

    @property
    def middle(self) -> float:
        """How wide the index and the lists are: the column of a paper that lies, what stands between its two else."""
        return self.width - 2 * self.side - 2 * STRIP_GUTTER_MM if self.strip else self.side

    @property
    def room(self) -> Room:
        """What the map has inside its frame."""
        return Room(self.figure.width - 2 * EDGE_MM, self.figure.height - 2 * EDGE_MM)


_MARGINS_MM = (33.0, 24.0)
"""Left and right, top and bottom: 25 mm on the left to bind, as GB/T 14689 has it."""
_LIES, _STANDS = "landscape", "portrait"
ORIENTATIONS = (_LIES, _STANDS)
# Shorter and longer side of the paper; the column of one that lies; the column and the strip of one that stands.
_SIZES = {
    "a4": (210.0, 297.0, 70.0, 60.0, 74.0),
    "a3": (297.0, 420.0, 98.0, 82.0, 84.0),
    "a2": (420.0, 594.0, 120.0, 110.0, 92.0),
    "a1": (594.0, 841.0, 140.0, 130.0, 100.0),
    "a0": (841.0, 1189.0, 160.0, 150.0, 110.0),
}
PAPERS: Mapping[tuple[str, str], PrintPaper] = MappingProxyType(
    {
        (name, orientation): PrintPaper(
            (longer if lies else shorter) - _MARGINS_MM[0],
            (shorter if lies else longer) - _MARGINS_MM[1],
            side if lies else column,
            0.0 if lies else strip,
        )
        for name, (shorter, longer, side, column, strip) in _SIZES.items()
        for orientation in ORIENTATIONS
        for lies in (orientation == _LIES,)
    }
)
PAPER_NAMES = tuple(_SIZES)


@dataclass(frozen=True, slots=True)
class MapPrint:
    """What is printed, and how.

    Parameters
    ----------
    head
        Title, day, project and who answers for it, as of an atlas; ``basis`` is what findings are judged by.
    paper, orientation
        A key of `PAPERS`.
    language
        ``zh`` or ``en``.
    note
        What stands beside the map; empty: nothing.
    routes
        Ids of the planned routes that the print is about: they are drawn strongest. Empty: all of them are.
    findings
        To be numbered on the map and listed, the gravest first; what passes is left out.
    """

    head: AtlasHead
    paper: str = "a3"
    orientation: str = _LIES
    language: str = "zh"
    note: str = ""
    routes: Sequence[str] = ()
    findings: Sequence[Finding] = ()


def faults_of(paper: str, orientation: str, scale: int | None, layers: Sequence[str]) -> list[Fault]:
    """Return what is wrong with a print's paper, scale (None: as large as fits) and layers, each fault with its mend.

    >>> [fault.code for fault in faults_of("a3", "landscape", 1, ["roads"])], faults_of("a2", "portrait", 500, LAYERS)
    (['print.scale'], [])
    """
    faults = []
    if paper not in PAPER_NAMES:
        faults.append(_unknown("paper", paper, [name.upper() for name in PAPER_NAMES]))
    if orientation not in ORIENTATIONS:
        faults.append(_unknown("orientation", orientation, ORIENTATIONS))
    if scale is not None and scale not in SCALES:
        nearest = min(SCALES, key=lambda one: abs(np.log(max(scale, 1) / one)))
        known = " ".join(f"1:{one}" for one in SCALES)
        faults.append(
            Fault("print.scale", "不是可用的比例尺", "no scale of a map print", f"用 1:{nearest}；可用：{known}",
                  f"use 1:{nearest}; there are {known}", field="scale", value=scale)
        )  # fmt: skip
    if not layers:
        faults.append(
            Fault("print.no_layers", "没有选图层", "no layer is chosen", "至少勾选一个图层", "choose a layer at least",
                  field="layers")
        )  # fmt: skip
    return faults + [_unknown("layers", one, LAYERS) for one in layers if one not in LAYERS]


def _unknown(field: str, value: str, known: Sequence[str]) -> Fault:
    said = " ".join(known)
    return Fault("value.unknown", "不认识的取值", "unknown value", f"可用：{said}", f"use one of: {said}", field=field,
                 value=value[:80])  # fmt: skip


def sheets_for(
    about: Sequence[shapely.Geometry], paper: str, orientation: str, scale: int | None, around: float = AROUND_MM
) -> list[Window]:
    """Return the ground of each sheet, in the order of the print.

    Parameters
    ----------
    about
        What is to be on the print, in the grid; at least one shape that is not empty.
    paper, orientation
        A key of `PAPERS`.
    scale
        One of `SCALES`; None: the finest at which everything is on one sheet.
    around
        Paper left around it (millimetres); 0 where ``about`` is the box of a whole sheet.

    Raises
    ------
    BadInputError
        It would be more than `maps.atlas.scale.MOST_SHEETS` sheets; the mend names a scale that will do.

    Examples
    --------
    >>> box = shapely.box(0, 0, 400, 100)
    >>> [sheet.scale for sheet in sheets_for([box], "a3", "landscape", None, 0)]
    [2000]
    >>> [sheet.scale for sheet in sheets_for([box], "a4", "portrait", 1000, 0)]
    [1000, 1000, 1000]
    """
    room = PAPERS[paper, orientation].room
    if scale is None:
        scale = next((one for one in FITTING if fits(about, room, one, around)), None)
    windows = [] if scale is None else windows_at(about, room, scale, around)
    if windows:
        rows = len(about) == 1 and shapely.get_dimensions(about[0]) != 1
        return sorted(windows, key=lambda one: (-one.south, one.west)) if rows else windows
    coarser = next((one for one in SCALES if one > (scale or 0) and windows_at(about, room, one, around)), None)
    if scale is None or coarser is None:
        raise BadInputError([_TOO_LARGE])
    raise BadInputError(
        [
            Fault(
                "print.too_many_sheets", f"1:{scale} 要超过 {MOST_SHEETS} 张图", f"at 1:{scale} it takes more than "
                f"{MOST_SHEETS} sheets", f"用 1:{coarser}，或缩小范围、换大纸",
                f"use 1:{coarser}, a smaller area or a larger paper", field="scale", value=scale,
            )
        ]
    )  # fmt: skip


_TOO_LARGE = Fault(
    "print.too_large", "范围太大，放不下", "the area is too large for any sheet", "缩小范围", "choose a smaller area",
    field="bbox",
)  # fmt: skip


def is_read_at(layer: str, scale: int) -> bool:
    """Tell whether a layer is drawn at a scale at all.

    >>> is_read_at("trees", 500), is_read_at("trees", 10_000), is_read_at("roads", 200_000)
    (True, False, True)
    """
    coarsest = layer_symbol(layer)["max_resolution"]
    return not coarsest or PIXEL_MM * scale / 1000 <= coarsest


def print_pdf(asked: MapPrint, layers: Mapping[str, gpd.GeoDataFrame], windows: Sequence[Window], grid: Grid) -> bytes:
    """Return a print as PDF, the same bytes each time.

    Parameters
    ----------
    asked
        What is printed, and how.
    layers
        Of `LAYERS`, in ``grid``; empty ones and those that are not drawn may be missing.
    windows
        Of `sheets_for` the same paper; several are preceded by a sheet that shows where each lies.
    grid
        The grid of all coordinates.

    Notes
    -----
    A ruler laid on the print measures the ground at the scale of the title block; north is up. ``data.json`` inside
    holds the corners of each sheet, the layers and the findings with their numbers.

    Raises
    ------
    KeyError
        Of another paper or language, or a layer without a symbol.
    BadInputError
        More than `MOST_FEATURES` features.
    """
    return typeset("map_print", *_bound(asked, layers, windows, grid), asked.head.issued)


def print_picture(
    asked: MapPrint, layers: Mapping[str, gpd.GeoDataFrame], windows: Sequence[Window], grid: Grid
) -> bytes:
    """Return the first page of what `print_pdf` gives as a picture (PNG), its longer side `PREVIEW_PX` pixels."""
    sheet, data = _bound(asked, layers, windows, grid)
    sheet |= {"maps": sheet["maps"][:1], "rows": [], "left_out": []}
    return first_page("map_print", sheet, data, asked.head.issued, PREVIEW_PX * 25.4 / _SIZES[asked.paper][1])


def _bound(
    asked: MapPrint, layers: Mapping[str, gpd.GeoDataFrame], windows: Sequence[Window], grid: Grid
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the template prints and what a program reads."""
    count = sum(len(frame) for frame in layers.values())
    if count > MOST_FEATURES:
        raise BadInputError([too_many(count)])
    paper, words = PAPERS[asked.paper, asked.orientation], {**WORDS[asked.language], **PRINT_WORDS[asked.language]}
    town = Town(layers)
    known = [str(one) for one in town.column("routes", "id")] if "routes" in town.frames else []
    near = windows[0].scale <= COARSEST_MINOR
    own = [one for one in asked.routes if one in known] if asked.routes else known if near else []
    stop = StopSheet(asked.head.title, own, (0.0, 0.0), findings=asked.findings)
    [numbered] = number_findings([stop])
    leaves = Leaves(grid, asked.head, asked.language, paper.side)
    named = [(f"{k:02d}", window) for k, window in enumerate(windows, 1)]
    pages = [_overview(stop, named, town, paper, leaves)] if len(windows) > 1 else []
    for name, window in named:
        drawn = stop_map(window, town, stop, numbered, None, asked.language)
        page = leaves.map_page(drawn, window.scale, asked.head.title, name)
        page["note"] = asked.note
        page["unmeasured"] = "" if drawn.keys else words["nothing"]
        page["findings"] = finding_rows([one for one in numbered if str(one.number) in drawn.shown], asked.language)
        if len(windows) > 1:
            svg, height = index_map(windows, window, [], paper.middle)
            page["index"] = {"svg": svg, "width": paper.middle, "height": height}
        pages.append(page)
    number_sheets(pages, asked.language)
    sheet = _sheet(asked, paper, words, pages) | {"rows": checklist_rows(numbered, asked.language)}
    data = {
        "kind": "map", "title": asked.head.title, "issued": asked.head.issued.isoformat(), "grid": grid.code,
        "paper": asked.paper, "orientation": asked.orientation, "layers": sorted(layers), "routes": list(asked.routes),
        "sheets": [{"number": name, "scale": one.scale, "bounds": list(one.bounds)} for name, one in named],
        "findings": [one.finding.as_dict() | {"number": one.number} for one in numbered],
    }  # fmt: skip
    return sheet, data


def too_many(count: int) -> Fault:
    """Return the fault of a print with too many features on it; of ``count`` at least."""
    mend = "用更小的比例尺、更小的范围或更少的图层", "use a coarser scale, a smaller area or fewer layers"
    return Fault("print.too_many_features", f"超过 {MOST_FEATURES} 个要素", f"more than {MOST_FEATURES} features",
                 *mend, field="layers", value=count)  # fmt: skip


def _overview(
    stop: StopSheet, named: Sequence[tuple[str, Window]], town: Town, paper: PrintPaper, leaves: Leaves
) -> dict[str, Any]:
    """Return the page that shows where each sheet lies."""
    boxes = [shapely.box(*window.bounds) for _, window in named]
    window, title = overview_window(boxes, paper.room), PRINT_WORDS[leaves.language]["about"]
    drawn = overview_map(window, town, [stop], [], named, title, leaves.language)
    return leaves.map_page(drawn, window.scale, f"{stop.name}  {title}", "00")


def _sheet(
    asked: MapPrint, paper: PrintPaper, words: dict[str, Any], pages: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return what all pages share, with the pages and, in full, what has no label on them."""
    head = asked.head
    return {
        "title": head.title,
        "author": head.organisation,
        "description": head.basis,
        "keywords": [],
        "language": asked.language,
        "paper": asked.paper,
        "flipped": asked.orientation == _LIES,
        "height": paper.height,
        "side": paper.side,
        "middle": paper.middle,
        "words": words,
        "maps": pages,
        "left_out": [
            [page["number"], words["then"].join(page["left_out"])] for page in pages if page["left_out"]
        ],
        "foot_left": head.project or head.title,
        "qr_says": "CoTrench map",
    }  # fmt: skip
