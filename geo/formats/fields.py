"""Bring the columns of a file under our names, and check the values of those that are known."""

from __future__ import annotations

import difflib
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.faults import Fault
from geo.formats.dates import parse_dates
from geo.formats.table import hashable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geo.formats.table import Findings

DATE_FIELDS = ("start", "end", "delivered", "overhauled", "built")
POSITIVE_FIELDS = ("diameter_mm", "cover_m", "pressure_mpa", "voltage_kv", "accuracy_m", "width_m", "crown_m")
KNOWN_FIELDS = ("id", "utility", "operator", *DATE_FIELDS, *POSITIVE_FIELDS, "method", "class", "name", "drawn_by")
MAX_NAME = 128
_HOSTILE = re.compile(r"[\x00-\x1f\x7f<>\u202a-\u202e\u2066-\u2069]")
_OURS = re.compile(r"^[A-Za-z_]\w{0,62}$", re.ASCII)


def check_names(names: list[str], found: Findings) -> None:
    """Refuse column names that no map, page or database should be handed: control characters, tags, endless ones.

    Examples
    --------
    >>> from geo.formats.table import Findings
    >>> found = Findings()
    >>> check_names(["管径(mm)", "<script>"], found)
    >>> [(finding.fault.code, finding.fault.field) for finding in found.faults]
    [('field.hostile_name', '<script>')]
    """
    lowered: dict[str, str] = {}
    for name in names:
        if _HOSTILE.search(name) or len(name) > MAX_NAME or not name.strip():
            found.fault(None, _hostile(name))
        elif name.lower() in lowered:
            found.fault(None, _same_name(name, lowered[name.lower()]))
        lowered[name.lower()] = name


def apply_map(frame: pd.DataFrame, field_map: Mapping[str, str], found: Findings) -> pd.DataFrame:
    """Return the frame with THEIR columns under OUR names.

    A column mapped twice is copied. A column that has one of our names already and is not the one mapped to it is kept
    as ``<name>_in_file`` and told. A known name that differs in case only (``ID``) is taken and told.

    Parameters
    ----------
    frame
        Attributes as read.
    field_map
        OURS to THEIRS.
    found
        Receives ``field.not_in_file`` (with the likeliest name) and ``field.bad_name``.

    Examples
    --------
    >>> from geo.formats.table import Findings
    >>> apply_map(pd.DataFrame({"Cb_Da": ["115/04/22"]}), {"start": "Cb_Da"}, Findings()).columns.tolist()
    ['start']
    """
    chosen = dict(field_map)
    for ours, theirs in field_map.items():
        if not _OURS.match(ours):
            found.fault(None, _bad_name(ours))
            del chosen[ours]
        elif theirs not in frame.columns:
            found.fault(None, _not_in_file(theirs, list(frame.columns)))
            del chosen[ours]
    for known in KNOWN_FIELDS:
        if known not in chosen and known not in frame.columns:
            same = [name for name in frame.columns if name.lower() == known and name not in chosen.values()]
            if len(same) == 1:
                chosen[known] = same[0]
                found.note(None, _taken_as(same[0], known))
    aside = {name: f"{name}_in_file" for name in chosen if name in frame.columns and chosen[name] != name}
    for name, kept in aside.items():
        found.note(None, _set_aside(name, kept))
    moved = set(chosen.values()) - set(aside)
    columns = {aside.get(name, name): frame[name] for name in frame.columns if name not in moved}
    columns |= {ours: frame[theirs] for ours, theirs in chosen.items()}
    return pd.DataFrame(columns, index=frame.index)


def apply_values(frame: pd.DataFrame, value_map: Mapping[str, Mapping[str, str]], found: Findings) -> pd.DataFrame:
    """Return the frame with the values of some columns translated; ``*`` and ``?`` stand for any text or character.

    Patterns are tried in order, the exact value first; a value no pattern meets stays as it is (a list as its text).
    Each distinct value is looked up once.

    Examples
    --------
    >>> from geo.formats.table import Findings
    >>> frame = pd.DataFrame({"utility": ["台電北區", "自來水", "其他"]})
    >>> apply_values(frame, {"utility": {"台電*": "power", "自來水": "water"}}, Findings())["utility"].tolist()
    ['power', 'water', '其他']
    """
    out = frame.copy(deep=False)
    for name, patterns in value_map.items():
        if name not in out.columns:
            found.fault(None, _not_in_file(name, list(out.columns)))
            continue
        codes, distinct = pd.factorize(hashable(out[name]), use_na_sentinel=True)
        translated = np.array([*(_translate(value, patterns) for value in distinct), None], dtype=object)
        out[name] = pd.Series(translated[codes], index=out.index, dtype=object)
    return out


def check_values(frame: pd.DataFrame, found: Findings) -> pd.DataFrame:
    """Return the frame with known dates as ``datetime64[s]`` and known measures as ``float64``; fault what is neither.

    Measures must be finite and above zero where given (a zero diameter is a blank that was filled in); ``start`` must
    not be after ``end``; every ``id`` occurs once. Missing values stay missing (NaT, NaN).

    Examples
    --------
    >>> from geo.formats.table import Findings
    >>> found = Findings()
    >>> frame = pd.DataFrame({"id": ["R1", "R1"], "diameter_mm": ["200", "-1"]})
    >>> check_values(frame, found)["diameter_mm"].tolist()
    [200.0, -1.0]
    >>> [finding.fault.code for finding in found.faults]
    ['number.not_positive', 'id.duplicate']
    """
    out = frame.copy(deep=False)
    for name in DATE_FIELDS:
        if name in out.columns:
            out[name] = parse_dates(out[name], name, found)
    for name in POSITIVE_FIELDS:
        if name in out.columns:
            out[name] = _positive(out[name], name, found)
    if "start" in out.columns and "end" in out.columns:
        for row in np.flatnonzero((out["end"] < out["start"]).to_numpy()):
            found.fault(int(row), _end_before_start(out["start"].iloc[row], out["end"].iloc[row]))
    if "id" in out.columns:
        _unique(out["id"], found)
    return out


def numbers(column: pd.Series) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return a column as float64 with NaN where blank, and a mask of the rows that hold something else than a number.

    >>> numbers(pd.Series(["１２", "", None, "x", "nan"]))
    (array([12., nan, nan, nan, nan]), array([False, False, False,  True,  True]))
    """
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        return values, np.isinf(values)
    text = column.astype("object").where(column.notna(), "").astype(str).str.normalize("NFKC").str.strip()
    values = pd.to_numeric(text, errors="coerce").to_numpy(dtype=np.float64)
    return values, (text != "").to_numpy() & ~np.isfinite(values)


def _translate(value: Any, patterns: Mapping[str, str]) -> Any:  # noqa: ANN401 - a cell holds anything
    text = str(value)
    if text in patterns:
        return patterns[text]
    return next((ours for pattern, ours in patterns.items() if fnmatchcase(text, pattern)), value)


def _positive(column: pd.Series, name: str, found: Findings) -> pd.Series:
    values, bad = numbers(column)
    for row in np.flatnonzero(bad):
        found.fault(int(row), _not_a_number(name, column.iloc[row]))
    for row in np.flatnonzero(values <= 0):
        found.fault(int(row), _not_positive(name, column.iloc[row]))
    return pd.Series(values, index=column.index, name=column.name)


def _unique(column: pd.Series, found: Findings) -> None:
    text = column.astype(str).str.strip()  # 1 and "1" are one id: it is text wherever it goes
    blank = column.isna() | (text == "")
    for row in np.flatnonzero(blank.to_numpy()):
        found.fault(int(row), Fault("id.blank", "编号为空", "the id is blank", "填写编号", "give it an id", field="id"))
    repeated = (text.duplicated() & ~blank).to_numpy()
    if not repeated.any():
        return
    first = pd.Series(np.arange(len(text)), index=text.to_numpy()).groupby(level=0).first()
    for row in np.flatnonzero(repeated):
        earlier = int(first.loc[text.iloc[row]])
        found.fault(int(row), repeated_id(column.iloc[row], earlier))


def repeated_id(value: object, earlier: int) -> Fault:
    """Return the fault of an id that the row ``earlier`` has already.

    >>> repeated_id("R1", 3).en
    'the id is used already in row 3 (from 0)'
    """
    return Fault(
        "id.duplicate",
        f"编号与第 {earlier} 行（从 0 起）重复",
        f"the id is used already in row {earlier} (from 0)",
        "每个要素用自己的编号，或不映射 id（改用行号）",
        "give each feature its own id, or leave id unmapped (row numbers are used then)",
        field="id",
        value=str(value),
    )


def _hostile(name: str) -> Fault:
    return Fault(
        "field.hostile_name",
        "字段名含控制字符、尖括号，或过长、为空",
        "the column's name has control characters or angle brackets, is blank or too long",
        "改字段名",
        "rename the column",
        field=name[:MAX_NAME],
    )


def _same_name(name: str, other: str) -> Fault:
    return Fault(
        "field.same_name",
        f"与字段 {other} 只差大小写",
        f"differs from the column {other} in case only",
        "改其中一个字段名",
        "rename one of the two",
        field=name,
    )


def _bad_name(ours: str) -> Fault:
    return Fault(
        "field.bad_name",
        "不是可用的字段名",
        "is no usable column name",
        "用字母、数字和下划线，例如 utility",
        "use letters, digits and underscores, such as utility",
        field=ours[:MAX_NAME],
    )


def _not_in_file(theirs: str, names: list[str]) -> Fault:
    close = difflib.get_close_matches(theirs, names, n=1, cutoff=0.5)
    listed = ", ".join(names[:30])
    guess_zh, guess_en = (f"是不是 {close[0]}？", f"did you mean {close[0]}? ") if close else ("", "")
    return Fault(
        "field.not_in_file",
        "文件里没有这个字段",
        "the file has no such column",
        f"{guess_zh}现有字段：{listed}",
        f"{guess_en}it has: {listed}",
        field=theirs[:MAX_NAME],
    )


def _taken_as(theirs: str, ours: str) -> Fault:
    return Fault("field.taken_as", f"字段 {theirs} 作为 {ours} 读取", f"the column {theirs} was taken as {ours}")


def _set_aside(name: str, kept: str) -> Fault:
    return Fault(
        "field.set_aside",
        f"原有字段 {name} 改名为 {kept}",
        f"the file's own column {name} was kept as {kept}",
        field=name,
    )


def _not_a_number(name: str, value: object) -> Fault:
    return Fault(
        "number.unreadable", "不是数字", "not a number", "填数字", "write a number", field=name, value=str(value)[:80]
    )


def _not_positive(name: str, value: object) -> Fault:
    return Fault(
        "number.not_positive",
        "必须大于 0",
        "must be above zero",
        "填实际数值；不知道就留空",
        "write the real value; leave it blank if unknown",
        field=name,
        value=str(value),
    )


def _end_before_start(start: pd.Timestamp, end: pd.Timestamp) -> Fault:
    return Fault(
        "date.end_before_start",
        f"结束日期早于开始日期 {start:%Y-%m-%d}",
        f"the end is before the start, {start:%Y-%m-%d}",
        "核对两个日期",
        "check both dates",
        field="end",
        value=f"{end:%Y-%m-%d}",
    )
