"""Read the sheets of an Excel workbook (.xlsx) into tables of text, and refuse workbooks made to do harm."""

from __future__ import annotations

import datetime as dt
import re
import warnings
import zipfile
import zlib
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pandas as pd

from geo.faults import BadInputError, Fault
from geo.formats.archives import CHUNK, bomb, refuse_archive
from geo.formats.table import Sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

MAX_COLUMNS = 1000
MAX_CELLS = 20_000_000
HEADER_WITHIN = 10  # sheets of a survey bear a title and a date over the names of their columns
_DECLARATION = re.compile(rb"<!(DOCTYPE|ENTITY)")
#: A formula whose value was never computed, as programs write that are no spreadsheet: it would be read as a blank.
_NO_VALUE = re.compile(rb"(?:</f>|<f[^<>]*/>)\s*(?:<v\s*/>|<v></v>)?\s*</c>")
_OVERLAP = 200  # what is searched for is shorter, so that nothing hides on the edge of two chunks


def read_sheets(path: Path, is_header: Callable[[list[str]], bool]) -> list[Sheet]:
    """Return every sheet that has a row of names and one below; cells as text, dates as ISO, formulas as their value.

    Parameters
    ----------
    path
        The workbook.
    is_header
        Whether a row of texts names columns that are known. The first such row among the first ten names the columns;
        where there is none, the first that is not blank.

    Raises
    ------
    BadInputError
        A zip bomb, an XML bomb, a password, more than 20 million cells, formulas without a value, or damage.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "a.xlsx"
    >>> book = openpyxl.Workbook()
    >>> for row in (["管点表"], ["id", "x"], ["R1", 5]):
    ...     book.active.append(row)
    >>> book.save(path)
    >>> sheet = read_sheets(path, lambda names: "x" in names)[0]
    >>> sheet.cells.to_dict("list"), sheet.rows.tolist()
    ({'id': ['R1'], 'x': ['5']}, [3])
    """
    _refuse_hostile(path)
    try:
        with path.open("rb") as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions that openpyxl leaves out are no matter here
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
            with closing(book):
                read = [_sheet(path.name, sheet, is_header) for sheet in book.worksheets]
    except BadInputError:
        raise
    except Exception as error:  # openpyxl raises whatever its XML breaks: KeyError, TypeError, ParseError …
        raise BadInputError([_damaged(error).at(file=path.name)]) from error
    sheets = [sheet for sheet in read if sheet is not None]
    if not sheets:
        raise BadInputError([_no_rows().at(file=path.name)])
    return sheets


def _refuse_hostile(path: Path) -> None:
    """Hold the archive against its limits, and look through its XML before anything parses it."""
    unvalued: list[Fault] = []
    try:
        with zipfile.ZipFile(path) as archive:
            refused = refuse_archive(archive.infolist())
            if refused:
                raise BadInputError([refused.at(file=path.name)])
            for member in archive.infolist():
                if member.filename.lower().endswith((".xml", ".rels")):
                    count = _search(archive, member, path.name)
                    unvalued += [_no_value(count).at(file=path.name, layer=member.filename)] if count else []
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError) as error:
        raise BadInputError([_damaged(error).at(file=path.name)]) from error
    if unvalued:
        raise BadInputError(unvalued)


def _search(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> int:
    """Return how many formulas of a part have no value; refuse a part that declares entities."""
    count, tail = 0, b""
    with archive.open(member) as source:
        while chunk := source.read(CHUNK):
            text = tail + chunk
            if _DECLARATION.search(text):
                raise BadInputError([bomb(f"{member.filename}: <!ENTITY").at(file=name)])
            keep = max(0, len(text) - _OVERLAP)
            if member.filename.startswith("xl/worksheets/"):
                matches = list(_NO_VALUE.finditer(text))
                count += len(matches)
                keep = max(keep, matches[-1].end() if matches else 0)  # none is counted twice
            tail = text[keep:]
    return count


def _sheet(file: str, sheet: Any, is_header: Callable[[list[str]], bool]) -> Sheet | None:  # noqa: ANN401 - untyped
    sheet.reset_dimensions()  # what a sheet says of its own size may be wrong, and rows are cut off by it
    kept = _kept_rows(sheet.iter_rows(values_only=True), file, sheet.title)
    if len(kept) < 2:
        return None
    head = next((at for at, (_, row) in enumerate(kept[:HEADER_WITHIN]) if is_header([t.strip() for t in row])), 0)
    names = [text.strip() for text in kept[head][1]]
    while names and not names[-1]:
        names.pop()
    below = kept[head + 1 :]
    wide = [(number, row) for number, row in below if any(row[len(names) :])]
    if wide:
        raise BadInputError([_beyond(number, len(row), len(names), file, sheet.title) for number, row in wide])
    cells = pd.DataFrame(
        [[*row[: len(names)], *[""] * (len(names) - len(row))] for _, row in below],
        columns=pd.Index([name or f"column_{at + 1}" for at, name in enumerate(names)], dtype=object),
        dtype=object,
    )
    return Sheet(file, sheet.title, cells, np.array([number for number, _ in below], dtype=np.int64))


def _kept_rows(rows: Iterable[tuple[Any, ...]], file: str, title: str) -> list[tuple[int, list[str]]]:
    """Return the rows that are not blank with their numbers, from 1."""
    kept: list[tuple[int, list[str]]] = []
    cells = 0
    for number, row in enumerate(rows, start=1):
        cells += len(row)
        if len(row) > MAX_COLUMNS or cells > MAX_CELLS:
            raise BadInputError([_too_large(len(row), cells).at(file=file, layer=title)])
        texts = [_text(value) for value in row]
        while texts and not texts[-1].strip():
            texts.pop()
        if texts:
            kept.append((number, texts))
    return kept


def _text(value: object) -> str:
    """Return a cell as a person reads it; a whole number without a decimal point.

    >>> _text(5.0), _text(0.1), _text(None), _text(dt.datetime(2026, 4, 22)), _text(True)
    ('5', '0.1', '', '2026-04-22', 'TRUE')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return str(value)


def _damaged(error: Exception) -> Fault:
    return Fault(
        "file.damaged",
        f"工作簿已损坏：{str(error)[:200]}",
        f"the workbook is damaged: {str(error)[:200]}",
        "在表格软件中打开并另存为 .xlsx",
        "open it in a spreadsheet and save it as .xlsx",
    )


def _no_rows() -> Fault:
    return Fault("file.empty", "工作簿里没有数据行", "the workbook has no rows of data", "重新导出", "export it again")


def _no_value(count: int) -> Fault:
    return Fault(
        "workbook.formula_without_value",
        f"有 {count} 个公式没有计算结果",
        f"{count} formulas have no computed value",
        "在表格软件中打开并保存一次，或粘贴为数值",
        "open it in a spreadsheet and save it once, or paste the values",
    )


def _too_large(columns: int, cells: int) -> Fault:
    return Fault(
        "workbook.too_large",
        "工作表过大",
        "the sheet is too large",
        f"最多 {MAX_COLUMNS} 列、{MAX_CELLS} 格；改用 GeoPackage 或 CSV",
        f"{MAX_COLUMNS} columns and {MAX_CELLS} cells at most; use GeoPackage or CSV",
        value=f"{columns} × …, {cells}",
    )


def _beyond(number: int, cells: int, width: int, file: str, title: str) -> Fault:
    return Fault(
        "file.uneven_row",
        f"第 {number} 行有 {cells} 格，表头只有 {width} 格",
        f"row {number} has {cells} cells, the header {width}",
        "删去表头之外的内容，或给该列加上名称",
        "delete what stands beyond the header, or name its column",
        file=file,
        layer=title,
    )
