"""Write layers to a file by its ending: a geographic format, or a workbook with a sheet for each."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from geo.faults import Fault, refuse
from geo.formats import check_ending, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd
    from openpyxl.worksheet.worksheet import Worksheet

WORKBOOK, PRINT = ".xlsx", ".pdf"


def check_layers_ending(out: Path) -> None:
    """Refuse a file whose ending names no format that layers are written in."""
    if out.suffix.lower() != WORKBOOK:
        check_ending(out)


def check_print_or_layers(out: Path) -> None:
    """Refuse a file whose ending names neither a format that layers are written in nor a print."""
    if out.suffix.lower() != PRINT:
        check_layers_ending(out)


def write_layers(layers: Mapping[str, gpd.GeoDataFrame], out: Path) -> None:
    """Write layers; a workbook has no geometry.

    Raises
    ------
    BadInputError
        If the file cannot be written; it is then not there, or as it was before.
    """
    if out.suffix.lower() != WORKBOOK:
        write(dict(layers), out)
        return
    book = Workbook()
    book.remove(book.active)
    for name, frame in layers.items():
        _fill(book.create_sheet(name), frame)
    whole = io.BytesIO()
    book.save(whole)
    put_in_place(out, whole.getvalue())


def put_in_place(out: Path, content: bytes) -> None:
    """Put a whole file in place, or leave what was there; `BadInputError` where it cannot be written."""
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


def _fill(sheet: Worksheet, frame: gpd.GeoDataFrame) -> None:
    """Write a frame into a sheet; no text is taken for a formula, control characters that XML has not are left out."""
    plain = frame.drop(columns=frame.geometry.name)
    sheet.append(list(plain.columns))
    for row, values in enumerate(plain.astype(object).where(plain.notna(), None).itertuples(index=False), start=2):
        for column, value in enumerate(values, start=1):
            text = isinstance(value, str)
            cell = sheet.cell(row, column, ILLEGAL_CHARACTERS_RE.sub("", value) if text else value)
            if text:
                cell.data_type = "s"
    sheet.freeze_panes = "A2"
