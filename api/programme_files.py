"""Write a programme to a file by its ending: layers, a workbook, or the summary that is printed."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook

from geo.faults import Fault, refuse
from geo.formats import check_ending, write
from maps.programme_paper import programme_pdf

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    import geopandas as gpd
    from openpyxl.worksheet.worksheet import Worksheet

WORKBOOK, PRINT = ".xlsx", ".pdf"


def check_programme_ending(out: Path) -> None:
    """Refuse a file whose ending names no format that a programme is written in."""
    if out.suffix.lower() not in (WORKBOOK, PRINT):
        check_ending(out)


def write_programme(
    plain: Mapping[str, Any],
    layers: Mapping[str, gpd.GeoDataFrame],
    out: Path,
    *,
    issued: date,
    title: str = "",
    language: str = "zh",
) -> None:
    """Write a programme.

    Parameters
    ----------
    plain
        As `survey.programme.telling` tells it.
    layers
        As `survey.programme.frames.layers_of` makes them, and others beside.
    out
        The file; layers where it is neither ``.xlsx`` nor ``.pdf``.
    issued
        The day on the print.
    title, language
        Of the print: what it is of, and ``zh`` or ``en``.

    Raises
    ------
    BadInputError
        If the file cannot be written; it is then not there, or as it was before.
    """
    if out.suffix.lower() == WORKBOOK:
        _write_workbook(layers, out)
    elif out.suffix.lower() == PRINT:
        _replace(out, programme_pdf(plain, issued, title=title, language=language))
    else:
        write(dict(layers), out)


def _write_workbook(layers: Mapping[str, gpd.GeoDataFrame], out: Path) -> None:
    """Write one sheet a layer without geometry."""
    book = Workbook()
    book.remove(book.active)
    for name, frame in layers.items():
        _fill(book.create_sheet(name), frame)
    whole = io.BytesIO()
    book.save(whole)
    _replace(out, whole.getvalue())


def _fill(sheet: Worksheet, frame: gpd.GeoDataFrame) -> None:
    """Write a frame into a sheet; no text is taken for a formula."""
    plain = frame.drop(columns=frame.geometry.name)
    sheet.append(list(plain.columns))
    for row, values in enumerate(plain.astype(object).where(plain.notna(), None).itertuples(index=False), start=2):
        for column, value in enumerate(values, start=1):
            cell = sheet.cell(row, column, value)
            if isinstance(value, str):
                cell.data_type = "s"
    sheet.freeze_panes = "A2"


def _replace(out: Path, content: bytes) -> None:
    """Put a whole file in place, or leave what was there."""
    beside = out.with_name(f".{out.name}.part")
    try:
        beside.write_bytes(content)
        beside.replace(out)
    except OSError as error:
        beside.unlink(missing_ok=True)
        refuse([
            Fault("file.cannot_write", f"不能写入：{error.strerror}", f"cannot be written: {error.strerror}",
                  "换一个文件夹", "choose another folder", file=out.name)
        ])  # fmt: skip
