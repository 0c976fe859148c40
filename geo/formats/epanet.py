"""Read the pipes of an EPANET model (.inp): its nodes, vertices and diameters, in the units that it states.

The reader is ours and small: the format is plain text with a published grammar, and the library for it (wntr, which
the tests hold this reader against) brings a plotting stack along and stops at the first fault.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.faults import BadInputError, Fault
from geo.formats import epanet_faults
from geo.formats.delimited import decode
from geo.formats.epanet_faults import FOOT_M
from geo.formats.fields import numbers
from geo.formats.table import Findings, Raw, Request

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

INCH_MM = 25.4
#: Flow units decide all others (EPANET 2.2 manual, appendix A): feet and inches, or metres and millimetres.
US_UNITS = frozenset({"CFS", "GPM", "MGD", "IMGD", "AFD"})
SI_UNITS = frozenset({"LPS", "LPM", "MLD", "CMH", "CMD", "CMS"})
DEFAULT_UNITS = "GPM"
#: EPANET tells sections by their first letters.
SECTIONS = {
    "[TITL": "title", "[JUNC": "nodes", "[RESE": "nodes", "[TANK": "nodes", "[PIPE": "pipes", "[VALV": "valves",
    "[PUMP": "pumps", "[COOR": "coordinates", "[VERT": "vertices", "[OPTI": "options", "[END]": "end",
}  # fmt: skip
PIPE_CELLS = ("id", "from_node", "to_node", "length", "diameter", "roughness", "minor_loss", "status")
NEEDED_CELLS = 5
_CELL = re.compile(r'"[^"]*"|\S+')
#: Drawn and stated lengths of a model drawn to scale agree this well for most of its pipes.
SCALE_WITHIN, SCALE_SHARE = 0.05, 0.6


@dataclass(slots=True)
class Model:
    """The sections of a file that matter for a map: each row with the number of its line in the file."""

    rows: dict[str, list[tuple[int, list[str]]]] = field(
        default_factory=lambda: {name: [] for name in dict.fromkeys(SECTIONS.values())}
    )
    ended: bool = False

    @classmethod
    def of(cls, text: str) -> Model:
        r"""Sort the lines of a file into sections; comments and other sections are passed over.

        >>> Model.of("[PIPES]\n;id\n P1 A B 10 100 ; x").rows["pipes"]
        [(3, ['P1', 'A', 'B', '10', '100'])]
        """
        model, section = cls(), None
        for number, line in enumerate(text.splitlines(), start=1):
            cells = [cell.strip('"') for cell in _CELL.findall(line.partition(";")[0])]
            if not cells:
                continue
            if cells[0].startswith("["):
                section = SECTIONS.get(cells[0].upper()[:5])
                model.ended = model.ended or section == "end"
            elif section:
                model.rows[section].append((number, cells))
        return model

    @property
    def units(self) -> tuple[str, bool]:
        """The flow units in capitals, and whether the file states them."""
        said = [cells[1].upper() for _, cells in self.rows["options"] if cells[0].upper() == "UNITS" and len(cells) > 1]
        return (said[-1], True) if said else (DEFAULT_UNITS, False)


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Where nodes and vertices are drawn; a place that is no number is None."""

    nodes: dict[str, tuple[float, float] | None]
    vertices: dict[str, list[tuple[float, float] | None]]


def read_raw(request: Request) -> Raw:
    """Read the pipes of a model as lines through their vertices; pumps and valves are told and left out.

    Returns
    -------
    Raw
        Columns ``id from_node to_node diameter_mm model_length_m roughness status`` and ``utility``, which is 给水 in
        every row: EPANET models the supply of water. No CRS, for the format has none. No cover: the elevation of a node
        says nothing of the ground above it.

    Raises
    ------
    BadInputError
        ``epanet.units`` (flow units that EPANET does not know), ``epanet.units_missing`` (none, and the drawing does
        not bear the default out), ``epanet.no_coordinates`` (a model without a map).
    """
    text, note = decode(request.path, request.encoding)
    model, found = Model.of(text), Findings()
    if note:
        found.note(None, note)
    units, stated = model.units
    faults = [epanet_faults.unknown_units(units)] if units not in US_UNITS | SI_UNITS else []
    if model.rows["pipes"] and not model.rows["coordinates"]:
        faults.append(epanet_faults.no_coordinates())
    if faults:
        raise BadInputError([fault.at(file=request.path.name) for fault in faults])
    columns = _columns(model, us=units in US_UNITS, found=found)
    geometry = _geometry(model, _drawing(model, found), found)
    _tell(model, units, found, stated=stated)
    lengths = columns["model_length_m"].to_numpy()
    _hold_to_scale(geometry, lengths, request.crs, found, us=units in US_UNITS, stated=stated)
    unreadable = frozenset(np.flatnonzero(shapely.is_missing(geometry)).tolist())
    return Raw(columns, geometry, None, None, found, unreadable)


def _columns(model: Model, found: Findings, *, us: bool) -> pd.DataFrame:
    rows = model.rows["pipes"]
    cells = [[*row[: len(PIPE_CELLS)], *[""] * (len(PIPE_CELLS) - len(row))] for _, row in rows]
    text = pd.DataFrame(cells, columns=list(PIPE_CELLS), dtype=object)
    for line, (number, row) in enumerate(rows):
        if len(row) < NEEDED_CELLS:
            found.fault(line, epanet_faults.short_row(number, len(row)))
    complete = np.array([len(row) >= NEEDED_CELLS for _, row in rows], dtype=np.bool_)
    for name in ("length", "diameter"):
        values, _ = numbers(text[name])
        for line in np.flatnonzero(complete & ~(values > 0)).tolist():
            found.fault(line, epanet_faults.not_positive(rows[line][0], name, str(text[name].iloc[line])))
        text[name] = np.where(values > 0, values, np.nan)
    out = text[["id", "from_node", "to_node", "status"]].copy()
    out["utility"] = "给水"
    out["diameter_mm"] = np.round(text["diameter"].astype(np.float64) * (INCH_MM if us else 1.0), 6)
    out["model_length_m"] = text["length"].astype(np.float64) * (FOOT_M if us else 1.0)
    out["roughness"] = numbers(text["roughness"])[0]
    return out


def _drawing(model: Model, found: Findings) -> _Drawing:
    nodes: dict[str, tuple[float, float] | None] = {}
    for number, cells in model.rows["coordinates"]:
        place = _place(cells)
        if cells[0] in nodes and nodes[cells[0]] != place:
            found.fault(None, epanet_faults.doubled_node(number, cells[0]))
        nodes.setdefault(cells[0], place)
    vertices: dict[str, list[tuple[float, float] | None]] = {}
    for _, cells in model.rows["vertices"]:
        vertices.setdefault(cells[0], []).append(_place(cells))
    return _Drawing(nodes, vertices)


def _place(cells: list[str]) -> tuple[float, float] | None:
    try:
        x, y = float(cells[1]), float(cells[2])
    except (IndexError, ValueError):
        return None
    return (x, y) if np.isfinite(x) and np.isfinite(y) else None


def _geometry(model: Model, drawing: _Drawing, found: Findings) -> NDArray[np.object_]:
    declared = {cells[0] for _, cells in model.rows["nodes"]}
    out = np.full(len(model.rows["pipes"]), None, dtype=object)
    for line, (number, cells) in enumerate(model.rows["pipes"]):
        if len(cells) < NEEDED_CELLS:
            continue
        name, start, end = cells[:3]
        wrong = [
            fault for node in dict.fromkeys((start, end)) if (fault := _wrong_node(node, declared, drawing, number))
        ]
        if start == end:
            wrong.append(epanet_faults.same_ends(number, start))
        between = drawing.vertices.get(name, [])
        if None in between:
            wrong.append(epanet_faults.bad_vertex(number, between.index(None) + 1))
        for fault in wrong:
            found.fault(line, fault)
        if not wrong:
            out[line] = shapely.LineString([drawing.nodes[start], *between, drawing.nodes[end]])
    return out


def _wrong_node(node: str, declared: set[str], drawing: _Drawing, number: int) -> Fault | None:
    if node not in declared:
        return epanet_faults.unknown_node(number, node)
    if node not in drawing.nodes:
        return epanet_faults.undrawn_node(number, node)
    return epanet_faults.bad_node(number, node) if drawing.nodes[node] is None else None


def _tell(model: Model, units: str, found: Findings, *, stated: bool) -> None:
    found.note(None, epanet_faults.units_told(units, us=units in US_UNITS, stated=stated))
    found.note(None, epanet_faults.no_cover())
    others = len(model.rows["pumps"]) + len(model.rows["valves"])
    if others:
        found.note(None, epanet_faults.others_left_out(len(model.rows["pumps"]), len(model.rows["valves"])))
    if not model.ended:
        found.note(None, epanet_faults.no_end())


def _hold_to_scale(
    geometry: NDArray[np.object_],
    length_m: NDArray[np.float64],
    crs: CRS | None,
    found: Findings,
    *,
    us: bool,
    stated: bool,
) -> None:
    """Compare drawn with stated lengths: they show what unit the coordinates are in, which the format does not say.

    Where the file states no units, EPANET's default is believed only if the lengths bear it out; else it is asked for.
    """
    drawn = shapely.length(geometry)
    known = np.isfinite(drawn) & (drawn > 0) & np.isfinite(length_m)
    unit = _unit_of(length_m[known] / drawn[known])
    if crs is None:
        found.fault(None, epanet_faults.crs_missing(unit, us=us))
        return
    comparable = bool(known.any()) and not crs.is_geographic
    agrees = comparable and unit is not None and _is_unit(unit, crs)
    if not stated and len(length_m) and not agrees:
        found.fault(None, epanet_faults.units_missing())
    elif comparable and unit is None:
        found.note(None, epanet_faults.no_scale())
    elif comparable and unit is not None and not agrees:
        found.fault(None, epanet_faults.unit_conflict(unit, crs.name))


def _is_unit(unit: float, crs: CRS) -> bool:
    return bool(abs(crs.axis_info[0].unit_conversion_factor / unit - 1) <= SCALE_WITHIN)


def _unit_of(metres: NDArray[np.float64]) -> float | None:
    """Return the metres of one unit of the drawing (1 or 0.3048) where most pipes agree on it; else None.

    >>> _unit_of(np.array([1.0, 1.01, 0.99])), _unit_of(np.array([0.3, 0.305])), _unit_of(np.array([37.0, 2.0]))
    (1.0, 0.3048, None)
    """
    for unit in (1.0, FOOT_M):
        if metres.size and np.mean(np.abs(metres / unit - 1) <= SCALE_WITHIN) >= SCALE_SHARE:
            return unit
    return None
