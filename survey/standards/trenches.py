"""Say how wide a trench is at its bottom and how steep its sides may be."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from survey.standards.citations import Cell
from survey.standards.rows import family
from survey.standards.sheets import Row, Sheet, cited, read_text, with_evidence
from survey.standards.strictest import strictest
from survey.subjects import USUAL_DIAMETERS, Buried, material_key, radius_m, stated

if TYPE_CHECKING:
    from collections.abc import Sequence

JOINTS = {
    "concrete_rigid": ("混凝土管，刚性接口", "concrete, rigid joint"),
    "concrete_flexible": ("混凝土管，柔性接口", "concrete, flexible joint"),
    "metal_or_plastic": ("金属或塑料管", "metal or plastic"),
}
SOILS = ("sand", "gravel_sand", "silt", "gravel_clay", "clay", "loess", "soft")
LOADS = {
    "none": ("坡顶无荷载", "no load"),
    "static": ("坡顶有静载", "static load"),
    "dynamic": ("坡顶有动载", "dynamic load"),
}
SHORING_MM = 200.0
"""b2 of GB 50268-2008 4.3.2, each side; the standard gives 150 to 200 mm."""
_WIDTHS, _SLOPES, _BOTTOMS = "gb50268_working_width.csv", "gb50268_slopes.csv", "trench_widths.csv"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a table that goes by diameter: above ``over_mm`` up to ``up_to_mm``, for one kind of line."""

    kind: str
    over_mm: float
    up_to_mm: float
    cell: Cell
    diameters: float = 0.0


@dataclass(frozen=True, slots=True)
class Slope:
    """One cell of the table of slopes: the soil, the load on the edge, and the depth to which it holds (metres)."""

    soil: str
    zh: str
    en: str
    load: str
    deepest_m: float
    cell: Cell


def working_width(diameter_mm: float, material: str | None) -> Cell:
    """Return the working width beside a pipe, b1 (millimetres, one side), GB 50268-2008 table 4.3.2.

    Parameters
    ----------
    diameter_mm
        Outer diameter of the pipe, D0.
    material
        Any word `survey.subjects.material_key` knows; concrete without its joint and what is unknown take the widest.

    Returns
    -------
    Cell
        ``outside`` (value NaN) above 3000 mm, where the table ends.

    Raises
    ------
    ValueError
        If the diameter is not positive.

    Examples
    --------
    >>> working_width(400, "polyethylene").value, working_width(400, "concrete_rigid").value
    (300.0, 400.0)
    >>> working_width(800, None).assumed_en
    ('pipe without material: taken as concrete, rigid joint, the strictest',)
    >>> working_width(3200, "metal").outside
    True
    """
    if stated(diameter_mm) is None:
        raise ValueError(f"a diameter is positive, not {diameter_mm!r}")
    fitting = [step for step in _working_widths() if step.over_mm < diameter_mm <= step.up_to_mm]
    if not fitting:
        return _beyond(_working_widths()[-1].cell, "D0 > 3000 mm")
    possible = _joints(material_key(material))
    found = [((("a", "material", step.kind),), step.cell) for step in fitting if step.kind in possible]

    def say(_: str, name: str, value: str) -> tuple[str, str]:
        del name
        zh, en = JOINTS[value]
        return f"管道未给出管材或接口，按“{zh}”取最严", f"pipe without material: taken as {en}, the strictest"

    chosen = strictest(found, say)
    return fitting[0].cell if chosen is None else chosen


def _joints(material: str | None) -> tuple[str, ...]:
    if material in {"steel", "metal", "plastic", "polyethylene"}:
        return ("metal_or_plastic",)
    if material in {"concrete_rigid", "concrete_flexible"}:
        return (material,)
    return ("concrete_rigid", "concrete_flexible") if material == "concrete" else tuple(JOINTS)


@lru_cache(maxsize=4096)
def slope(soil: str | None, load: str | None = None, *, depth_m: float | None = None) -> Cell:
    """Return how far the side of a trench runs back for each metre of its height, GB 50268-2008 table 4.3.3.

    Parameters
    ----------
    soil
        One of `SOILS`; None: unknown, the flattest of the table is taken.
    load
        ``none``, ``static`` or ``dynamic`` load on the edge; None: unknown.
    depth_m
        Depth of the trench; below 5 m the table ends and the cell is ``outside``. None: not asked.

    Returns
    -------
    Cell
        Value in metres of run for each metre of rise. ``outside`` (NaN) too for soft soil under a load, or under one
        that is not known, for which the table asks for a calculation; where the soil is not known that is only said.

    Examples
    --------
    >>> slope("clay", "none").value, slope("clay").value, slope(None).value
    (0.33, 0.67, 1.5)
    >>> slope("soft", "dynamic").outside, slope("soft").outside, slope("clay", "none", depth_m=6.0).outside
    (True, True, True)
    """
    if soil is not None and soil not in SOILS:
        raise ValueError(f"unknown soil {soil!r}; use one of: {', '.join(SOILS)}")
    if load is not None and load not in LOADS:
        raise ValueError(f"unknown load {load!r}; use one of: {', '.join(LOADS)}")
    fitting = [each for each in _slopes() if soil in (None, each.soil) and load in (None, each.load)]
    if depth_m is not None and depth_m > fitting[0].deepest_m:
        return _beyond(fitting[0].cell, f"{depth_m:g} m > {fitting[0].deepest_m:g} m")
    valued = [each for each in fitting if not each.cell.outside]
    blank = [each for each in fitting if each.cell.outside]
    if blank and soil is not None:
        return _without_value(blank[-1], load)
    taken = (("soil", soil is None), ("load", load is None))
    found = [
        (tuple(("a", name, getattr(each, name)) for name, missing in taken if missing), each.cell) for each in valued
    ]
    chosen = strictest(found, _say_slope) or valued[0].cell
    without = dict.fromkeys((each.zh, each.en) for each in blank)
    return replace(
        chosen,
        assumed_zh=(*chosen.assumed_zh, *(f"若为{zh}，坡顶有荷载时表中无值，须计算" for zh, _ in without)),
        assumed_en=(
            *chosen.assumed_en,
            *(f"for {en} under a load it has no value: to be calculated" for _, en in without),
        ),
    )


def _without_value(blank: Slope, load: str | None) -> Cell:
    """Return a cell without value: where the load is not known, the heaviest counts, and no number stands for it."""
    if load is not None:
        return blank.cell
    zh, en = _say_slope("a", "load", blank.load)
    return replace(blank.cell, assumed_zh=(zh,), assumed_en=(en,))


def _say_slope(_: str, name: str, value: str) -> tuple[str, str]:
    if name == "load":
        zh, en = LOADS[value]
        return f"未给出坡顶荷载，按“{zh}”取最缓", f"load on the edge not given: taken as {en}, the flattest"
    found = next(each for each in _slopes() if each.soil == value)
    return f"未给出土类，按“{found.zh}”取最缓", f"soil not given: taken as {found.en}, the flattest"


def trench_width(buried: Buried, *, shored: bool = False) -> Cell | None:
    """Return the bottom width (metres) of a trench for one line.

    Pipes of water and drainage by GB 50268-2008 4.3.2, ``B = D0 + 2 (b1 + b2)`` with b2 = 200 mm where shored; the
    others by quota rules, all recalled. Where the diameter is missing, the usual one is taken and said.

    Returns
    -------
    Cell | None
        None for a line in a channel: its width is the channel's. ``outside`` beyond the end of a table.

    Examples
    --------
    >>> round(trench_width(Buried("water", diameter_mm=300, material="PE")).value, 3)
    0.9
    >>> trench_width(Buried("gas", diameter_mm=110)).value, trench_width(Buried("heat", laying="trench")) is None
    (0.7, True)
    """
    if buried.laying == "trench":
        return None
    diameter = 2000.0 * radius_m(buried)[0]
    if family(buried) in {"water", "sewage", "reclaimed"}:
        found = _pipe_width(diameter, buried.material)
    else:
        found = _other_width(buried, diameter)
    if shored and not found.outside:
        found = replace(found, value=found.value + 2 * SHORING_MM / 1000.0)
    width = f"{found.value:.2f} m"
    found = found if found.outside else replace(
        found, text_zh=f"沟槽底宽 {width}{'（有支撑）' if shored else ''}",
        text_en=f"bottom width {width}{' (shored)' if shored else ''}",
    )  # fmt: skip
    if stated(buried.diameter_mm) is not None:
        return found
    usual = USUAL_DIAMETERS[buried.utility]
    return replace(
        found,
        assumed_zh=(*found.assumed_zh, f"未给出管径，按 {usual.diameter_mm:g} mm（{usual.source_zh}）"),
        assumed_en=(*found.assumed_en, f"no diameter: taken as {usual.diameter_mm:g} mm ({usual.source_en})"),
    )


def _pipe_width(diameter_mm: float, material: str | None) -> Cell:
    beside = working_width(diameter_mm, material)
    return replace(beside, value=(diameter_mm + 2 * beside.value) / 1000.0, unit="m")


def _other_width(buried: Buried, diameter_mm: float) -> Cell:
    utility = family(buried)
    layings = (buried.laying,) if buried.laying else ("direct", "duct")
    kinds = [f"{utility}/{laying}" for laying in layings]
    of_kind = [step for step in _bottoms() if step.kind in kinds]
    if not of_kind:  # a pipe of gas or heat in a casing: the casing is the pipe
        of_kind = [step for step in _bottoms() if step.kind == f"{utility}/direct"]
    fitting = [step for step in of_kind if step.over_mm < diameter_mm <= step.up_to_mm]
    if not fitting:
        return _beyond(of_kind[-1].cell, f"DN > {of_kind[-1].up_to_mm:g} mm")
    found = [
        (
            (("a", "laying", step.kind),),
            replace(step.cell, value=step.cell.value + step.diameters * diameter_mm / 1000.0),
        )
        for step in fitting
    ]

    def say(_: str, name: str, value: str) -> tuple[str, str]:
        del name
        zh, en = ("管道", "in ducts") if value.endswith("duct") else ("直埋", "direct-buried")
        return f"未给出敷设方式，按“{zh}”取宽", f"no laying: taken as {en}, the wider"

    chosen = strictest(found, say)
    return fitting[0].cell if chosen is None else chosen


def _beyond(cell: Cell, what: str) -> Cell:
    return replace(
        cell, value=math.nan, text_zh=f"超出本表（{what}），须另行计算",
        text_en=f"outside the table ({what}); to be calculated", assumed_zh=(), assumed_en=(),
    )  # fmt: skip


def _steps(sheet: Sheet, row: Row, kind: str, cell: Cell, diameters: float) -> Step:
    over = sheet.number(row, "over_mm") or 0.0
    up_to = math.inf if row["up_to_mm"] == "inf" else sheet.number(row, "up_to_mm") or 0.0
    if up_to <= over:
        sheet.fault("standard.gap", row.line, "上界不大于下界", "the upper bound is not above the lower", "up_to_mm")
    return Step(kind, over, up_to, cell, diameters)


def _check_steps(sheet: Sheet, steps: Sequence[Step], rows: Sequence[Row]) -> None:
    """Note each step that does not join the one before it: a diameter between would find nothing."""
    end: dict[str, float] = {}
    for step, row in zip(steps, rows, strict=True):
        if end.get(step.kind, 0.0) != step.over_mm:
            sheet.fault("standard.gap", row.line, "管径档不相接", "the step does not join the one before", "over_mm")
        end[step.kind] = step.up_to_mm


def parse_working_widths(text: str, file: str = _WIDTHS) -> tuple[Step, ...]:
    """Read the working widths; raise `BadInputError` with every fault, by file and line."""
    sheet = with_evidence(text, file, ("over_mm", "up_to_mm", "material", "value", "unit"))
    sheet.unique("over_mm", "material")
    steps = []
    for row in sheet.rows:
        sheet.word(row, "material", JOINTS)
        sheet.word(row, "unit", ("mm",))
        zh, en = JOINTS.get(row["material"], ("", ""))
        value = sheet.number(row, "value") or 0.0
        size = f"{row['over_mm']} < D0 ≤ {row['up_to_mm']} mm"
        cell = Cell(
            **cited(row), value=value, unit=row["unit"], row=size, column=row["material"],
            text_zh=f"{size}，{zh}：一侧工作面宽度 {value:g} mm",
            text_en=f"{size}, {en}: working width of one side {value:g} mm",
        )  # fmt: skip
        steps.append(_steps(sheet, row, row["material"], cell, 0.0))
    _check_steps(sheet, steps, sheet.rows)
    sheet.done()
    return tuple(steps)


def parse_trench_widths(text: str, file: str = _BOTTOMS) -> tuple[Step, ...]:
    """Read the bottom widths of cables, gas and heat; raise `BadInputError` with every fault, by file and line."""
    sheet = with_evidence(text, file, ("utility", "laying", "over_mm", "up_to_mm", "width_m", "diameters"))
    sheet.unique("utility", "laying", "over_mm")
    steps = []
    for row in sheet.rows:
        sheet.word(row, "utility", ("power", "telecom", "gas", "heat"))
        sheet.word(row, "laying", ("direct", "duct"))
        kind = f"{row['utility']}/{row['laying']}"
        value = sheet.number(row, "width_m") or 0.0
        cell = Cell(**cited(row), value=value, unit="m", row=row["utility"], column=row["laying"])
        steps.append(_steps(sheet, row, kind, cell, sheet.number(row, "diameters") or 0.0))
    _check_steps(sheet, steps, sheet.rows)
    sheet.done()
    return tuple(steps)


def parse_slopes(text: str, file: str = _SLOPES) -> tuple[Slope, ...]:
    """Read the slopes; raise `BadInputError` with every fault, by file and line; a missing pair is one."""
    columns = ("soil", "zh", "en", "load", "value", "unit", "max_depth_m")
    sheet = with_evidence(text, file, columns, optional=("value",))
    sheet.unique("soil", "load")
    found = []
    for row in sheet.rows:
        sheet.word(row, "soil", SOILS)
        sheet.word(row, "load", LOADS)
        sheet.word(row, "unit", ("run/rise",))
        value, deepest = sheet.number(row, "value", empty=True), sheet.number(row, "max_depth_m")
        load_zh, load_en = LOADS.get(row["load"], ("", ""))
        cell = Cell(
            **cited(row), value=math.nan if value is None else value, unit=row["unit"], row=row["soil"],
            column=row["load"],
            text_zh=f"{row['zh']}，{load_zh}：" + ("表中无值" if value is None else f"高宽比 1 : {value:.2f}"),
            text_en=f"{row['en']}, {load_en}: " + ("no value" if value is None else f"height to width 1 : {value:.2f}"),
        )  # fmt: skip
        found.append(Slope(row["soil"], row["zh"], row["en"], row["load"], deepest or 0.0, cell))
    missing = {(soil, load) for soil in SOILS for load in LOADS} - {(each.soil, each.load) for each in found}
    for soil, load in sorted(missing):
        sheet.fault("standard.gap", len(found) + 1, "缺少一格", "a cell is missing", value=f"{soil} · {load}")
    sheet.done()
    return tuple(found)


@lru_cache(maxsize=1)
def _working_widths() -> tuple[Step, ...]:
    return parse_working_widths(read_text(_WIDTHS))


@lru_cache(maxsize=1)
def _bottoms() -> tuple[Step, ...]:
    return parse_trench_widths(read_text(_BOTTOMS))


@lru_cache(maxsize=1)
def _slopes() -> tuple[Slope, ...]:
    return parse_slopes(read_text(_SLOPES))
