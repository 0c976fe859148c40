"""Tell what the sheets of a file are: a table of coordinates, or tables of the points and lines of a pipe survey."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.faults import BadInputError, Fault
from geo.formats.coordinate_tables import from_frame, has_geometry
from geo.formats.delimited import read_cells
from geo.formats.pipe_fields import is_line_table, is_point_table
from geo.formats.pipe_tables import join
from geo.formats.recognise import Format, recognise
from geo.formats.table import LINE, POINT, Findings, Raw, Request, Sheet
from geo.formats.workbook import read_sheets

if TYPE_CHECKING:
    from pathlib import Path

#: How the two tables of a survey are told apart in the names of files and sheets.
LINE_WORDS, POINT_WORDS = ("线", "line", "xian"), ("点", "point", "dian")


def read_raw(request: Request) -> Raw:
    """Read a CSV or a workbook.

    A table whose rows name a start point and an end point, and that has no coordinates itself, is the table of lines of
    a pipe survey (CJJ 61); its points are in the file named as ``points``, in another sheet of the workbook, or in the
    file beside it whose name differs by 点 for 线 (``point`` for ``line``). Any other table is one of coordinates.

    Raises
    ------
    BadInputError
        What the readers of each refuse; several sheets while ``layer`` names none; lines without their points.
    """
    found = Findings()
    sheets = _sheets(request.path, request, found)
    lines = [sheet for sheet in sheets if LINE in request.kinds and _is_lines(sheet, request)]
    chosen = _only(lines, request) if lines and request.layer is None else _named(sheets, request)
    if chosen in lines:
        return join(chosen, _points_of(chosen, sheets, request, found), found, request)
    if POINT not in request.kinds and _is_points(chosen, request) and not _has_id(chosen, request):
        raise BadInputError([_no_lines().at(file=chosen.file, layer=chosen.layer)])
    raw = from_frame(chosen.cells, found, request)
    return raw if chosen.layer is None else _in_layer(raw, chosen.layer)


def _sheets(path: Path, request: Request, found: Findings) -> list[Sheet]:
    kind = recognise(path)
    if kind == Format.XLSX:
        return read_sheets(path, lambda names: _is_header(names, request))
    if kind != Format.CSV:
        raise BadInputError([_no_table(kind).at(file=path.name)])
    cells, note = read_cells(path, request.encoding)
    if note:
        found.note(None, note.at(file=path.name))
    return [Sheet(path.name, None, cells, np.arange(2, len(cells) + 2))]


def _is_header(names: list[str], request: Request) -> bool:
    given = [name for name in names if name]
    known = is_line_table(given, request.field_map) or is_point_table(given, request.field_map)
    return known or has_geometry(given, request.field_map)


def _has_id(sheet: Sheet, request: Request) -> bool:
    """Return whether it is said which points make a line, so that a table of points is one of lines after all."""
    return "id" in request.field_map or any(str(name).lower() == "id" for name in sheet.cells.columns)


def _is_lines(sheet: Sheet, request: Request) -> bool:
    names = list(sheet.cells.columns)
    return is_line_table(names, request.field_map) and not has_geometry(names, {})


def _is_points(sheet: Sheet, request: Request) -> bool:
    return is_point_table(list(sheet.cells.columns), request.field_map)


def _only(sheets: list[Sheet], request: Request) -> Sheet:
    """Return the one sheet, or the one with a name that is preferred."""
    preferred = [sheet for sheet in sheets if (sheet.layer or "").lower() in request.prefer]
    if len(sheets) == 1 or len(preferred) == 1:
        return sheets[0] if len(sheets) == 1 else preferred[0]
    raise BadInputError([_which_sheet(sheets).at(file=request.path.name)])


def _named(sheets: list[Sheet], request: Request) -> Sheet:
    if request.layer is None:
        return _only(sheets, request)
    named = [sheet for sheet in sheets if sheet.layer == request.layer]
    if not named and sheets[0].layer is not None:
        raise BadInputError([_no_such_sheet(request.layer, sheets).at(file=request.path.name)])
    return (named or sheets)[0]


def _points_of(lines: Sheet, sheets: list[Sheet], request: Request, found: Findings) -> Sheet:
    """Return the points that a table of lines refers to."""
    if request.points is not None:
        there = _sheets(request.points, request, found)
        candidates = [sheet for sheet in there if _is_points(sheet, request)]
        if not candidates:
            raise BadInputError([_no_point_columns(there[0]).at(file=request.points.name)])
    else:
        candidates = [sheet for sheet in sheets if sheet is not lines and _is_points(sheet, request)]
        beside = None if candidates else _beside(request.path)
        if beside is not None:
            candidates = [sheet for sheet in _sheets(beside, request, found) if _is_points(sheet, request)]
            found.note(None, _taken_beside(beside.name))
    if not candidates:
        raise BadInputError([_no_points().at(file=lines.file, layer=lines.layer)])
    twin = [sheet for sheet in candidates if sheet.layer in _twins(lines.layer or "")]
    if len(candidates) > 1 and len(twin) != 1:
        raise BadInputError([_which_points(candidates).at(file=candidates[0].file)])
    return candidates[0] if len(candidates) == 1 else twin[0]


def _twins(name: str) -> set[str]:
    """Return the names that the table of points may have beside a table of lines.

    >>> sorted(_twins("JS线表")), sorted(_twins("a_LINE"))
    (['JS点表'], ['a_POINT', 'a_point'])
    """
    found = set()
    for line, point in zip(LINE_WORDS, POINT_WORDS, strict=True):
        for ours, theirs in ((line, point), (line.upper(), point.upper()), (line.title(), point.title())):
            start, there, end = name.rpartition(ours)
            if there:
                found |= {f"{start}{theirs}{end}", f"{start}{point}{end}"}
    return found


def _beside(path: Path) -> Path | None:
    there = [path.with_name(name) for name in sorted(_twins(path.name)) if path.with_name(name).is_file()]
    return there[0] if len(there) == 1 else None


def _in_layer(raw: Raw, layer: str) -> Raw:
    return Raw(raw.columns, raw.geometry, raw.crs, layer, raw.found, raw.unreadable, raw.taken)


def _listed(sheets: list[Sheet]) -> str:
    return ", ".join(str(sheet.layer) for sheet in sheets)


def _which_sheet(sheets: list[Sheet]) -> Fault:
    return Fault(
        "layer.which",
        f"有 {len(sheets)} 个工作表：{_listed(sheets)}",
        f"it has {len(sheets)} sheets: {_listed(sheets)}",
        "用 --layer 指定一个",
        "name one with --layer",
    )


def _which_points(sheets: list[Sheet]) -> Fault:
    return Fault(
        "pipes.which_points",
        f"有 {len(sheets)} 个点表：{_listed(sheets)}",
        f"it has {len(sheets)} tables of points: {_listed(sheets)}",
        "点表与线表只差一个字（如 JS点、JS线），或把点表另存为文件并用 --points 指定",
        "name it like the table of lines (JS点, JS线), or save it apart and name it with --points",
    )


def _no_such_sheet(layer: str, sheets: list[Sheet]) -> Fault:
    return Fault(
        "layer.missing",
        "没有这个工作表",
        "there is no such sheet",
        f"现有：{_listed(sheets)}",
        f"it has: {_listed(sheets)}",
        layer=layer,
    )


def _no_points() -> Fault:
    return Fault(
        "pipes.points_missing",
        "这是管线表（起点、终点），没有找到点表",
        "this is a table of pipes (start point, end point); its table of points was not found",
        "用 --points 指定点表（物探点号、X、Y、地面高程）",
        "name the table of points with --points (point number, X, Y, ground elevation)",
    )


def _no_lines() -> Fault:
    return Fault(
        "pipes.lines_missing",
        "这是点表，不是管线表",
        "this is a table of points, not of pipes",
        "导入线表（起点、终点），并用 --points 指定这个点表",
        "import the table of lines (start point, end point), and name this one with --points",
    )


def _no_point_columns(sheet: Sheet) -> Fault:
    listed = ", ".join(str(name) for name in list(sheet.cells.columns)[:30])
    return Fault(
        "pipes.no_point_columns",
        f"点表要有物探点号、X（北）、Y（东）；现有列：{listed}",
        f"a table of points needs a point number, X (north) and Y (east); it has: {listed}",
        "改列名，或用 --map point=… --map north=… --map east=…",
        "rename the columns, or use --map point=… --map north=… --map east=…",
    )


def _no_table(kind: str) -> Fault:
    return Fault(
        "pipes.points_no_table",
        f"点表应为 CSV 或 XLSX，这是 {kind}",
        f"a table of points is CSV or XLSX; this is {kind}",
        "另存为 CSV 或 XLSX",
        "save it as CSV or XLSX",
    )


def _taken_beside(name: str) -> Fault:
    return Fault(
        "pipes.points_beside",
        f"点表取自旁边的 {name}",
        f"the points were taken from {name} beside it",
    )
