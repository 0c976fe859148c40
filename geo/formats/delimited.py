"""Read CSV with any of the usual separators into a table of text."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Literal

import pandas as pd

from geo.faults import BadInputError, Fault
from geo.formats.guarding import GUARD, unguarded

if TYPE_CHECKING:
    from pathlib import Path

ENCODINGS = ("utf-8-sig", "gb18030", "big5")


def read_cells(path: Path, encoding: str | None) -> tuple[pd.DataFrame, Fault | None]:
    r"""Return the cells of a CSV, TSV or semicolon table as text; the first row names the columns.

    Parameters
    ----------
    path
        The file.
    encoding
        Of the text; None: UTF-8, GB18030 or Big5, the first in which all of it can be read.

    Returns
    -------
    pandas.DataFrame, Fault or None
        Every cell as it stands, blanks as ``""``; a note where the encoding was guessed.

    Raises
    ------
    BadInputError
        Unknown encoding, blank lines only, rows of uneven width, quotes that do not close.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "a.csv"
    >>> _ = path.write_text("id;x\nR1;5")
    >>> read_cells(path, None)[0].to_dict("list")
    {'id': ['R1'], 'x': ['5']}
    """
    text, note = decode(path, encoding)
    return _table(text, path.name), note


def decode(path: Path, asked: str | None) -> tuple[str, Fault | None]:
    """Return the text of a file, with a note where its encoding was guessed; parameters as of `read_cells`."""
    body = path.read_bytes()
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return body.decode("utf-16"), None
        except UnicodeDecodeError as error:
            raise BadInputError([_cut_off(len(body)).at(file=path.name)]) from error
    for encoding in (asked,) if asked else ENCODINGS:
        try:
            text = body.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        guessed = encoding in ENCODINGS[1:] and not asked
        return text, _guessed(encoding) if guessed else None
    fault = Fault(
        "file.encoding",
        "文字编码无法识别",
        "the encoding of the text is unknown",
        "用 --encoding 指定，如 gb18030",
        "name it with --encoding, such as gb18030",
        file=path.name,
    )
    raise BadInputError([fault])


def _table(text: str, name: str) -> pd.DataFrame:
    text = text.lstrip("\r\n")
    if not text.strip():
        raise BadInputError([_no_rows().at(file=name)])
    head = text[:20_000].splitlines()[0]
    separator = max((",", "\t", ";", "，"), key=head.count)
    uneven = _uneven_rows(text, separator)
    if uneven:
        raise BadInputError([fault.at(file=name) for fault in uneven])
    try:
        engine: Literal["c", "python"] = "c" if separator.isascii() else "python"  # C reads one byte as separator
        frame = pd.read_csv(io.StringIO(text), sep=separator, dtype=str, keep_default_na=False, engine=engine)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        raise BadInputError([_not_a_table(error).at(file=name)]) from error
    frame.columns = pd.Index([unguarded(str(column)).strip() for column in frame.columns])
    for column, cells in frame.items():
        guards = cells.str.startswith(GUARD)
        if guards.any():
            frame[column] = cells.where(~guards, cells.map(unguarded))
    return frame


def _uneven_rows(text: str, separator: str) -> list[Fault]:
    """Name every row that has more cells than the header; pandas would stop at the first, or shift the columns."""
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))  # a line of 4,000 vertices is longer than the default
    rows = csv.reader(io.StringIO(text), delimiter=separator)
    try:
        width = len(next(rows, []))
        return [_uneven(rows.line_num, len(row), width) for row in rows if len(row) > width]
    except csv.Error as error:
        return [_not_a_table(error)]


def _guessed(encoding: str) -> Fault:
    return Fault(
        "file.encoding_guessed",
        f"文字按 {encoding} 读取；若有乱码，请用 --encoding 指定",
        f"text was read as {encoding}; name another with --encoding if it looks wrong",
    )


def _cut_off(size: int) -> Fault:
    return Fault(
        "file.cut_in_half",
        f"文件不完整：{size} 字节后中断",
        f"the file is cut off after {size} bytes",
        "重新复制或导出",
        "copy or export it again",
    )


def _no_rows() -> Fault:
    return Fault("file.empty", "文件里只有空行", "there are only blank lines in it", "重新导出", "export it again")


def _not_a_table(error: Exception) -> Fault:
    return Fault(
        "file.not_a_table",
        f"不是完好的表格：{error}",
        f"is not a sound table: {error}",
        "检查双引号是否成对，或在表格软件中另存为 CSV UTF-8",
        "check that double quotes come in pairs, or save it as CSV UTF-8 from a spreadsheet",
    )


def _uneven(line: int, cells: int, width: int) -> Fault:
    return Fault(
        "file.uneven_row",
        f"第 {line} 行有 {cells} 格，表头只有 {width} 格",
        f"line {line} has {cells} cells, the header {width}",
        "含逗号的内容要用双引号括起",
        "put cells with commas in double quotes",
    )
