"""Keep texts in a CSV from being run as formulas by the spreadsheet that opens it, and take the guard away again."""

from __future__ import annotations

import re

GUARD = "'"
"""What spreadsheets themselves put before a text that is none of their formulas."""
# A formula begins with one of these, in East Asian settings also with the wide ones; what follows a tab or a line
# that begins anew is looked at too.
_RUN = "=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20"
_TO_GUARD = re.compile(f"(?s){GUARD}*[{_RUN}].+")
_GUARDED = re.compile(f"(?s){GUARD}+[{_RUN}].+")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def guarded(text: str) -> str:
    """Return a text as it stands in a CSV: with an apostrophe before it where a spreadsheet would run it.

    A text that is a number stays one, and so does a sign alone, which many write where nothing is known. A text that
    looks guarded already is guarded once more, so that `unguarded` gives back whatever was written.

    Examples
    --------
    >>> guarded("=1+1"), guarded("@SUM(A1)"), guarded("-12.5"), guarded("-"), guarded("'=1+1"), guarded("DN-200")
    ("'=1+1", "'@SUM(A1)", '-12.5', '-', "''=1+1", 'DN-200')
    """
    return GUARD + text if _TO_GUARD.fullmatch(text) and not _NUMBER.fullmatch(text) else text


def unguarded(cell: str) -> str:
    """Return the text of a cell of a CSV, without the guard.

    Examples
    --------
    >>> [unguarded(guarded(text)) for text in ("=1+1", "'=1+1", "'quoted'", "-12.5", "it's")]
    ['=1+1', "'=1+1", "'quoted'", '-12.5', "it's"]
    """
    return cell[1:] if _GUARDED.fullmatch(cell) else cell
