"""Set plain data in a template as one PDF: faces inside, data attached, the same bytes for the same input."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from contextlib import contextmanager
from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

import orjson
import segno
import typst

from maps.paper_faces import face_folder, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STANDARDS: tuple[typst.PDFStandard, ...] = ("a-3a", "ua-1")
"""PDF/A-3 for keeping with data attached, PDF/UA-1 for reading aloud."""
DIGEST_LENGTH = 12
_DIGEST_WORDS = {"zh": "数据摘要", "en": "Data digest"}


def typeset(template: str, sheet: Mapping[str, Any], attached: Mapping[str, Any], issued: dt.date) -> bytes:
    """Return the PDF of a sheet.

    Parameters
    ----------
    template
        Name of a template in ``templates/documents``, without its ending.
    sheet
        What the template prints: texts, numbers, lists. Every text is set as text. ``title author foot_left qr_says``
        are needed by all; ``qr``, ``foot_right`` and ``missing`` are filled in here. A sheet is Chinese A4 that stands,
        unless ``language`` (``zh`` or ``en``), ``paper`` or ``flipped`` say otherwise.
    attached
        What a program reads from the file: ``data.json`` inside it, byte for byte as `attachment` gives it.
    issued
        The day in the file's metadata; the clock is not asked.

    Raises
    ------
    ValueError
        If a day is outside of what a PDF can state.
    """
    with _compiler(template, sheet, attached, issued) as compiler:
        moment = dt.datetime.combine(issued, dt.time(), dt.UTC)
        pdf = compiler.compile(format="pdf", pdf_standards=list(STANDARDS), timestamp=moment)
    if not isinstance(pdf, bytes):
        message = f"{template}: Typst gave no PDF"
        raise TypeError(message)
    return pdf


def first_page(
    template: str, sheet: Mapping[str, Any], attached: Mapping[str, Any], issued: dt.date, dots_per_inch: float
) -> bytes:
    """Return a picture (PNG) of the first page of the PDF that `typeset` makes of the same."""
    with _compiler(template, sheet, attached, issued) as compiler:
        pages = compiler.compile(format="png", ppi=dots_per_inch)
    first = pages[0] if isinstance(pages, list) else pages
    if first is None:
        message = f"{template}: Typst gave no picture"
        raise TypeError(message)
    return first


@contextmanager
def _compiler(
    template: str, sheet: Mapping[str, Any], attached: Mapping[str, Any], issued: dt.date
) -> Iterator[typst.Compiler]:
    """Lend a compiler that holds the template and everything it prints."""
    data = attachment(attached)
    digest = hashlib.sha256(data).hexdigest()[:DIGEST_LENGTH]
    clean, missing = _printable_all(sheet)
    clean = {"language": "zh", "paper": "a4", "flipped": False} | clean
    clean |= {
        "missing": sorted(missing),
        "issued": [issued.year, issued.month, issued.day],
        "qr": code_svg(f"{clean['qr_says']} {digest}"),
        "foot_right": f"{_DIGEST_WORDS[str(clean['language'])]} {digest}",
    }
    # Typst reads the text of its inputs, so both leave as UTF-8 without half surrogates.
    given = {"data": orjson.dumps(clean).decode(), "attached": data.decode()}
    with as_file(files("maps").joinpath("templates", "documents")) as folder:
        yield typst.Compiler(
            folder / f"{template}.typ", root=folder, font_paths=_faces(), ignore_system_fonts=True, sys_inputs=given
        )


def attachment(attached: Mapping[str, Any]) -> bytes:
    """Return the bytes of the data inside a paper: JSON, UTF-8, keys in order.

    >>> attachment({"b": 1, "a": "堽"}).decode()
    '{"a":"堽","b":1}'
    """
    return orjson.dumps(_without_halves(attached), option=orjson.OPT_SORT_KEYS)


def code_svg(text: str) -> str:
    """Return the QR code of a text as SVG that grows with the box it is put in."""
    out = io.BytesIO()
    segno.make_qr(text, error="m").save(out, kind="svg", border=0, xmldecl=False, svgclass=None, lineclass=None)
    return out.getvalue().decode()


def _without_halves(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value with half surrogates, which no UTF-8 can hold, shown by the mark of a lost character."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {str(_without_halves(key)): _without_halves(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_halves(one) for one in value]
    return value


def _printable_all(sheet: Mapping[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """Return the sheet with every text as it can be printed, and all characters that had to be left out."""
    missing: set[str] = set()

    def clean(value: Any) -> Any:  # noqa: ANN401 - any JSON value
        if isinstance(value, str):
            shown, left_out = printable(value)
            missing.update(left_out)
            return shown
        if isinstance(value, dict):
            return {key: clean(one) for key, one in value.items()}
        return [clean(one) for one in value] if isinstance(value, (list, tuple)) else value

    return {key: clean(value) for key, value in sheet.items()}, missing


@cache
def _faces() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(face_folder())])
