"""Tell what was understood, assumed or left out while a pipe survey was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.faults import Fault
from geo.formats.pipe_fields import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from geo.formats.pipe_checks import Ends
    from geo.formats.pipe_fields import Fields
    from geo.formats.table import Findings


def tell(pipes: Fields, spots: Fields, ends: Ends, columns: pd.DataFrame, found: Findings) -> None:
    """Add a note for each thing a reader of the result should know."""
    above = len(pipes) - len(ends.rows)
    if above:
        found.note(None, _left_out(above))
    orphans = np.setdiff1d(np.arange(len(spots)), ends.point[ends.known])
    if len(orphans):
        found.note(None, _orphans(len(orphans), spots.text("point")[orphans[:3]].tolist()).at(file=spots.sheet.file))
    unknown = int(columns["depths_m"].isna().sum())
    if unknown:
        found.note(None, _no_depth(unknown, len(columns)))
    derived = _derived(pipes, ends)
    if derived:
        found.note(None, _from_heights(derived))
    oblong = int((columns["height_mm"].notna() & (columns["height_mm"] != columns["diameter_mm"])).sum())
    wide = int(columns["section"].astype("object").fillna("").str.contains(r"[x×*]", case=False).sum())
    if max(oblong, wide):
        found.note(None, _oblong(max(oblong, wide)))
    lettered = int(columns["utility"].notna().sum()) - int((pipes.text("utility")[ends.rows] != "").sum())
    if lettered:
        found.note(None, _utility_from(lettered))
    if "built" in pipes.names and pipes.sheet.cells[pipes.names["built"]].str.fullmatch(r"\s*\d{4}年?\s*").any():
        found.note(None, _year_only())
    if plain(spots.names["north"]) == "x":
        found.note(None, _x_is_north())


def _derived(pipes: Fields, ends: Ends) -> int:
    blank = [np.isnan(pipes.number(field)[0][ends.rows]) for field in ("from_depth", "to_depth")]
    return int((blank[0] | blank[1]).sum())


def _left_out(count: int) -> Fault:
    return Fault(
        "pipes.above_ground",
        f"{count} 条架空、上架或地面敷设的管线不在地下，未导入",
        f"{count} lines laid overhead, as risers or on the ground are not buried and were left out",
    )


def _orphans(count: int, names: Sequence[object]) -> Fault:
    some = "、".join(str(name) for name in names)
    return Fault(
        "pipes.orphan_points",
        f"{count} 个点没有管线相连（如 {some}），未使用也未检查",
        f"{count} points belong to no line (such as {some}); they were neither used nor checked",
    )


def _no_depth(count: int, of: int) -> Fault:
    return Fault(
        "pipes.no_depth",
        f"{of} 条管线中有 {count} 条没有两端埋深：按埋深不明处理",
        f"{count} of {of} lines have no depth at both ends: their depth is unknown",
    )


def _from_heights(count: int) -> Fault:
    return Fault(
        "pipes.depth_derived",
        f"{count} 条管线的线表里缺埋深，能算的由地面高程减管线高程或点表埋深得出",
        f"{count} lines lack a depth in their own table; where it could be had, it is the ground less the height of "
        "the pipe, or the depth of the point",
    )


def _oblong(count: int) -> Fault:
    return Fault(
        "pipes.section",
        f"{count} 条管线是“宽x高”断面：宽与高中较大者作为 diameter_mm",
        f"{count} lines have a section of width x height: the larger of the two is taken as diameter_mm",
    )


def _utility_from(count: int) -> Fault:
    return Fault(
        "pipes.utility_from",
        f"{count} 条管线的类别取自起点点号的字头（如 JS12）",
        f"the utility of {count} lines was taken from the letters before the start point's number (JS12)",
    )


def _year_only() -> Fault:
    return Fault(
        "pipes.year_only",
        "建设年代只有年份的，按当年 1 月 1 日读取",
        "where only a year of building is given, its first of January was read",
    )


def _x_is_north() -> Fault:
    return Fault(
        "pipes.x_is_north",
        "点表按测量惯例读取：X 为北坐标，Y 为东坐标",
        "points were read as surveys write them: X is north, Y east",
    )
