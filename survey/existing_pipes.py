"""Put what a pipe survey says under the words of the standards: utility, pressure, voltage, cover.

A survey after CJJ 61 measures the depth of pipes under pressure and of buried cables to the top, that of gravity
sewers and of channels to the inner bottom (the rule is from memory: no page of the standard was found). `settle` makes
one thing of both: the cover, metres from the ground to the top.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.faults import Fault
from survey.subjects import laying_key, subtype_key
from survey.utilities import utility_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.formats.table import Findings

#: Words and CJJ 61-2017 codes of kinds within a utility that are no names of it.
KINDS: Mapping[str, str] = {
    **dict.fromkeys(("中水", "再生水", "回用水", "zs", "ss", "jy", "jp"), "water"),
    **dict.fromkeys(("直饮水", "消防水", "消防", "绿化水", "循环水", "jz", "xs", "ls", "jh"), "water"),
    **dict.fromkeys(("合流",), "drainage"),
    **dict.fromkeys(("交通信号", "信号", "电车", "广告", "xh", "dc", "gg", "ld"), "power"),
}
#: Storm water and sewage in one pipe: no table has a row for it, so it takes that of sewage.
COMBINED = frozenset({"合流", "雨污合流", "hs", "combined"})
#: Laid in a hollow that has a bottom, besides the channel (管沟): the depth is to that bottom.
HOLLOWS = frozenset({"综合管廊", "综合管沟", "zh", "人防", "rf"})
#: Highest pressure of each class of gas (GB 50028-2006, MPa); a word without its letter may be the higher class.
PRESSURE_CLASSES: Mapping[str, float] = {
    "低压": 0.01, "中压b": 0.2, "中压a": 0.4, "中压": 0.4, "次高压b": 0.8, "次高压a": 1.6, "次高压": 1.6,
    "高压b": 2.5, "高压a": 4.0, "高压": 4.0,
}  # fmt: skip
#: Low voltages that are written without a unit; no line of so many kilovolts exists.
BARE_VOLTS = frozenset({380.0, 400.0})
_PRESSURE = re.compile(r"^(\d+(?:\.\d+)?)\s*(mpa|kpa|公斤|kg)?$")
_VOLTAGE = re.compile(r"^(\d+(?:\.\d+)?)\s*(kv|千伏|v|伏)?$")
_BRACKETS = re.compile(r"\(.*?\)")
KILOGRAM_MPA = 0.0980665


def settle(columns: pd.DataFrame, found: Findings) -> None:
    """Put the columns of existing pipes under our words, in place; everything assumed is told.

    ``utility`` and ``subtype`` come of the utility's word; of a table of points and lines (it has ``from_point``), also
    ``pressure_mpa``, ``voltage_kv`` and ``covers_m`` (of ``depths_m``).

    Parameters
    ----------
    columns
        As `geo.formats.read` hands them to its ``check``; index 0..n-1.
    found
        Receives faults (a pressure or voltage that cannot be read, an invert above the top of its own pipe) and notes.

    Examples
    --------
    >>> from geo.formats.table import Findings
    >>> pipes = pd.DataFrame({"utility": ["JS", "污水"], "from_point": ["JS1", "WS1"], "depths_m": ["1.2 1.3", "2 2.1"],
    ...                       "diameter_mm": [200.0, 400.0]})
    >>> settle(pipes, Findings())
    >>> pipes["utility"].tolist(), pipes["subtype"].iloc[1], pipes["covers_m"].tolist()
    (['water', 'drainage'], 'sewage', ['1.2 1.3', '1.6 1.7'])
    """
    if "utility" in columns.columns:
        _kinds(columns, found)
    if "from_point" in columns.columns:
        for source, target in (("pressure", "pressure_mpa"), ("voltage", "voltage_kv")):
            if source in columns.columns and target not in columns.columns:
                _measures(columns, source, target, found)
        if "depths_m" in columns.columns and "covers_m" not in columns.columns:
            _covers(columns, found)


def _plain(word: object) -> str:
    """Return a word without width, case, brackets and blanks; a missing one is empty."""
    text = word if isinstance(word, str) else ""
    return _BRACKETS.sub("", unicodedata.normalize("NFKC", text)).strip().lower()


def _objects(values: list[str | None], columns: pd.DataFrame) -> pd.Series:
    """Return a column in which what is missing stays None."""
    return pd.Series(values, index=columns.index, dtype=object)


def _kinds(columns: pd.DataFrame, found: Findings) -> None:
    words = columns["utility"].astype(object).tolist()
    several = [words, columns["subtype"].astype(object).tolist()] if "subtype" in columns.columns else [words]
    combined = sum(any(_plain(word) in COMBINED for word in row) for row in zip(*several, strict=True))
    if combined:
        found.note(None, _as_sewage(combined))
    columns["utility"] = _objects([KINDS.get(_plain(word)) or utility_key(word) or word for word in words], columns)
    kinds = [subtype_key(word) for word in words]
    if "subtype" not in columns.columns and any(kinds):
        columns["subtype"] = _objects(kinds, columns)


def _measures(columns: pd.DataFrame, source: str, target: str, found: Findings) -> None:
    """Read pressures in MPa or voltages in kV; a class of pressure counts as its highest."""
    read = parse_pressure if source == "pressure" else parse_voltage
    values = np.full(len(columns), np.nan)
    classes = bare = 0
    for row, word in enumerate(columns[source].astype(object)):
        text = _plain(word)
        value = read(text)
        if value is None:
            found.fault(row, _unreadable(source, str(word)))
            continue
        values[row] = value
        classes += text in PRESSURE_CLASSES
        bare += source == "voltage" and value > 0 and text.replace(".", "").isdigit()
    columns[target] = np.where(values > 0, values, np.nan)
    if classes:
        found.note(None, _highest_of_class(classes))
    if bare:
        found.note(None, _bare_voltage(bare))


def parse_pressure(text: str) -> float | None:
    """Return MPa of a number (without a unit it is MPa) or of a class of gas; NaN for a blank, None if unreadable.

    >>> parse_pressure("0.4mpa"), parse_pressure("400kpa"), parse_pressure("中压b"), parse_pressure("strong") is None
    (0.4, 0.4, 0.2, True)
    """
    if not text:
        return float("nan")
    word = text.replace("管", "").replace("级", "").strip()
    if word in PRESSURE_CLASSES:
        return PRESSURE_CLASSES[word]
    match = _PRESSURE.match(text)
    if not match:
        return None
    scale = {"kpa": 0.001, "公斤": KILOGRAM_MPA, "kg": KILOGRAM_MPA}.get(match[2] or "", 1.0)
    return float(match[1]) * scale


def parse_voltage(text: str) -> float | None:
    """Return kV of a voltage (without a unit it is kV, 380 and 400 are volts); NaN for a blank, None if unreadable.

    >>> parse_voltage("10kv"), parse_voltage("380v"), parse_voltage("380"), parse_voltage("110"), parse_voltage("high")
    (10.0, 0.38, 0.38, 110.0, None)
    """
    if not text:
        return float("nan")
    match = _VOLTAGE.match(text)
    if not match:
        return None
    value = float(match[1])
    volts = match[2] in ("v", "伏") or (match[2] is None and value in BARE_VOLTS)
    return value / 1000 if volts else value


def _covers(columns: pd.DataFrame, found: Findings) -> None:
    """Make covers of depths: those to the inner bottom are less by the height of the pipe."""
    keys = [utility_key(word) for word in columns["utility"]] if "utility" in columns.columns else [None] * len(columns)
    pressed = (
        columns["pressure_mpa"].notna().to_numpy() if "pressure_mpa" in columns.columns else np.zeros(len(keys), bool)
    )
    layings = columns["laying"].astype(object).tolist() if "laying" in columns.columns else []
    channel = np.array([laying_key(word) == "trench" or _plain(word) in HOLLOWS for word in layings] or [False])
    to_bottom = (np.array([key == "drainage" for key in keys], dtype=bool) & ~pressed) | channel
    height = _heights(columns)
    out: list[str | None] = []
    for row, text in enumerate(columns["depths_m"].astype(object)):
        less = height[row] / 1000 if to_bottom[row] else 0.0
        if not isinstance(text, str) or np.isnan(less):
            out.append(None)
            continue
        depths = [float(depth) for depth in text.split()]
        covers = [depth - less for depth in depths]
        if min(covers) < 0:
            if min(depths) >= 0:  # a depth that is negative itself was told where it was read
                found.fault(row, _above_itself(text, height[row]))
            out.append(None)
            continue
        out.append(" ".join(f"{round(cover, 3):g}" for cover in covers))
    columns["covers_m"] = _objects(out, columns)
    known = columns["depths_m"].notna().to_numpy()
    if (to_bottom & known).any():
        found.note(None, _inverts(int((to_bottom & known).sum()), int((to_bottom & known & np.isnan(height)).sum())))
    if (~to_bottom & known).any():
        found.note(None, _tops(int((~to_bottom & known).sum())))


def _heights(columns: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the inner height of each pipe in millimetres; NaN where it is not known."""
    name = next((name for name in ("height_mm", "diameter_mm") if name in columns.columns), None)
    if name is None:
        return np.full(len(columns), np.nan)
    return np.asarray(columns[name], dtype=np.float64)


def _unreadable(source: str, value: str) -> Fault:
    zh, en = ("写成 0.4MPa 或 中压A", "write 0.4MPa or 中压A") if source == "pressure" else ("写成 10kV", "write 10kV")
    return Fault(
        f"pipes.{source}_unreadable",
        "看不懂的压力" if source == "pressure" else "看不懂的电压",
        f"the {source} cannot be read",
        f"{zh}；不知道就留空",
        f"{en}; leave it blank if unknown",
        field=source,
        value=value[:80],
    )


def _highest_of_class(count: int) -> Fault:
    return Fault(
        "pipes.pressure_class",
        f"{count} 条管线只写了压力级别：按该级别的最高压力（GB 50028-2006）",
        f"{count} pipes state a class of pressure only: the highest of the class was taken (GB 50028-2006)",
    )


def _as_sewage(count: int) -> Fault:
    return Fault(
        "pipes.combined_as_sewage",
        f"{count} 条雨污合流管的净距和次序按污水管计：GB 50289 没有合流的行；与雨水管、污水管相接均为接驳",
        f"{count} combined {'sewer takes' if count == 1 else 'sewers take'} the clearances and the order of sewage: "
        "GB 50289 has no row for combined sewers; drains of either kind may connect",
    )


def _bare_voltage(count: int) -> Fault:
    return Fault(
        "pipes.voltage_unit",
        f"{count} 条管线的电压没有单位：按千伏（380、400 按伏）",
        f"{count} voltages have no unit: kilovolts were taken (380 and 400 are volts)",
    )


def _above_itself(depths: str, height: float) -> Fault:
    return Fault(
        "pipes.cover_negative",
        f"埋深小于管径 {height:.0f} mm：内底埋深减管径为负",
        f"the depth of the invert is less than the pipe's own height of {height:.0f} mm",
        "核对埋深和管径（毫米）；自流管的埋深量到管内底",
        "check depth and diameter (millimetres); of a gravity pipe the depth is to the invert",
        field="depths_m",
        value=depths,
    )


def _inverts(count: int, unknown: int) -> Fault:
    more_zh = f"；其中 {unknown} 条没有管径，覆土不明" if unknown else ""
    more_en = f"; {unknown} of them have no diameter, so their cover is unknown" if unknown else ""
    return Fault(
        "pipes.depth_to_invert",
        f"{count} 条自流管或管沟的埋深量到内底：减去管径（断面高）得覆土，未计壁厚（CJJ 61，待核）{more_zh}",
        f"the depth of {count} gravity pipes or channels is to the inner bottom: the cover is that less the diameter "
        f"(height), walls not counted (CJJ 61, unverified){more_en}",
    )


def _tops(count: int) -> Fault:
    return Fault(
        "pipes.depth_to_top",
        f"{count} 条有压管或线缆的埋深量到管顶，即覆土（CJJ 61，待核）",
        f"the depth of {count} pressure pipes or cables is to the top, which is the cover (CJJ 61, unverified)",
    )
