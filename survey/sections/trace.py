"""Say what holds a section apart, what stands in its way and what one must know of it, in Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from survey.sections.layout import MICRO, ties
from survey.sections.rules import shown, wall_slope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from survey.sections.layout import Layout
    from survey.sections.problem import Problem
    from survey.sections.rules import Need
    from survey.standards.citations import Cell


@dataclass(frozen=True, slots=True)
class Bound:
    """One thing that holds the width or the depth: give way here, and the trench may become smaller.

    Parameters
    ----------
    kind
        ``clearance`` (between two walls), ``step`` (bed, slope and bed between two benches), ``edge`` (from a line to
        the foot of the trench's wall) or ``cover`` (the line that sets the depth of its bench).
    a, b
        Ids of the lines; b is None where it is one line alone.
    metres
        What is asked: free distance between outer walls, room to the wall's foot, or cover.
    cells
        The standards' values it rests on; none where only the design or the planner asks it.
    zh, en
        The sentence, with the evidence of every cell.
    """

    kind: str
    a: str
    b: str | None
    metres: float
    cells: tuple[Cell, ...]
    zh: str
    en: str

    @property
    def unverified(self) -> bool:
        """Whether one of its values was only recalled (待核)."""
        return any(cell.unverified for cell in self.cells)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "kind": self.kind, "a": self.a, "b": self.b, "metres": round(self.metres, 4), "zh": self.zh, "en": self.en,
            "unverified": self.unverified,
            "rules": [
                {"standard": cell.standard, "clause": cell.clause, "status": cell.status, "unverified": cell.unverified}
                for cell in self.cells
            ],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why lines cannot lie in one trench as asked.

    ``kind`` is ``outside_table``, ``pair_too_wide``, ``too_wide``, ``too_deep`` or ``slope_too_deep``; ``ids`` are the
    lines it is about.
    """

    kind: str
    ids: tuple[str, ...]
    zh: str
    en: str

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {"kind": self.kind, "ids": list(self.ids), "zh": self.zh, "en": self.en}


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence in Chinese and English."""

    zh: str
    en: str

    def as_dict(self) -> dict[str, str]:
        """Return plain values for JSON."""
        return {"zh": self.zh, "en": self.en}


def named(need: Need) -> Said:
    """Return a line's kind with its id, as sentences name it."""
    line = need.line
    return Said(f"{line.kind_zh}（{line.id}）", f"{line.kind_en} ({line.id})")


def bounds(problem: Problem, layout: Layout) -> Iterator[Bound]:
    """Yield everything that holds the width of a layout, then the lines that set the depth of their bench."""
    for tie in ties(layout, problem.ends(), problem.gaps()):
        if tie.a is not None and tie.b is not None:
            yield _pair(problem, tie.a, tie.b)
        else:
            yield from (_edge(problem, line) for line in tie if line is not None)
    for line in layout.order:
        if abs(problem.needs[line].level_m - problem.floors_m[line]) * MICRO < 1:
            yield _cover(problem.needs[line], problem.site.bedding_m)


def _edge(problem: Problem, line: int) -> Bound:
    need = problem.needs[line]
    who, floor = named(need), problem.floors_m[line]
    cells = (need.working_cell, *([problem.slope_cell] if problem.slope_cell else []))
    room = need.working_m + need.support_m
    ratio, deep, support = f"1:{problem.slope:.2f}", shown(floor), shown(need.support_m)
    wall = Said(f"（放坡 {ratio}，深 {deep} m）", f" (slope {ratio}, depth {deep} m)")
    if problem.slope_cell is None:
        wall = Said(f"（含支护 {support} m，b2）", f" ({support} m of it support, b2)")
    return Bound(
        "edge", need.line.id, None, room, cells,
        f"{who.zh}外壁至沟壁坡脚 {shown(room)} m{wall.zh}。{_evidence(cells).zh}",
        f"{who.en}: {shown(room)} m from the outer wall to the wall's foot{wall.en}. {_evidence(cells).en}",
    )  # fmt: skip


def _pair(problem: Problem, a: int, b: int) -> Bound:
    clear, step = problem.clear_m(a, b), problem.step_m(a, b)
    first, second = problem.needs[a], problem.needs[b]
    who = Said(f"{named(first).zh}与{named(second).zh}", f"{named(first).en} and {named(second).en}")
    if step > clear:
        free = step - first.radius_m - second.radius_m
        height = abs(problem.floors_m[a] - problem.floors_m[b])
        cells = (first.working_cell, second.working_cell, *([problem.slope_cell] if problem.slope_cell else []))
        run, support = problem.slope * height, first.support_m
        wall = Said(f"台阶坡 {shown(run)}", f"slope {shown(run)}")
        if problem.slope_cell is None:
            wall = Said(f"支护 {shown(support)}", f"support {shown(support)}")
        return Bound(
            "step", first.line.id, second.line.id, free, cells,
            f"{who.zh}之间留台 {shown(free)} m：工作面 {shown(first.working_m)} + {wall.zh}（高差 {shown(height)}）"
            f"+ 工作面 {shown(second.working_m)}。{_evidence(cells).zh}",
            f"{who.en}: {shown(free)} m for the step: working room {shown(first.working_m)} + {wall.en} "
            f"({shown(height)} of height) + working room {shown(second.working_m)}. {_evidence(cells).en}",
        )  # fmt: skip
    pair = problem.clearances[min(a, b), max(a, b)]
    if pair.cell is None:
        cells = (first.working_cell, second.working_cell)
        return Bound(
            "clearance", first.line.id, second.line.id, pair.metres, cells,
            f"{who.zh}：表 4.1.9 未规定净距，按两者较大的工作面宽 {shown(pair.metres)} m 分开，以便敷设"
            f"（不得竖向重叠，4.1.6）。{_evidence(cells).zh}",
            f"{who.en}: table 4.1.9 states no clearance; kept {shown(pair.metres)} m apart, the larger working room, "
            f"so that both can be laid (not above each other, 4.1.6). {_evidence(cells).en}",
        )  # fmt: skip
    return Bound(
        "clearance", first.line.id, second.line.id, pair.metres, (pair.cell,),
        f"{who.zh}外壁水平净距 {shown(pair.metres)} m。{pair.cell.evidence_zh}",
        f"{who.en}: {shown(pair.metres)} m between outer walls. {pair.cell.evidence_en}",
    )  # fmt: skip


def _cover(need: Need, bedding: float) -> Bound:
    who, across = named(need), 2 * need.radius_m
    designed = need.line.cover_m is not None and not need.raised
    cells = () if designed or need.cover_cell is None else (need.cover_cell,)
    by = Said("设计覆土", "designed cover") if designed else Said("最小覆土", "least cover")
    return Bound(
        "cover", need.line.id, None, need.cover_m, cells,
        f"{who.zh}定沟深 {shown(need.level_m)} m：{by.zh} {shown(need.cover_m)} + 外径 {shown(across)} "
        f"+ 垫层 {shown(bedding)}。{_evidence(cells).zh}",
        f"{who.en} sets the depth of {shown(need.level_m)} m: {by.en} {shown(need.cover_m)} + diameter {shown(across)} "
        f"+ bedding {shown(bedding)}. {_evidence(cells).en}".rstrip(),
    )  # fmt: skip


def _evidence(cells: tuple[Cell, ...]) -> Said:
    """Return the evidence of the cells, each once."""
    zh = dict.fromkeys(cell.evidence_zh for cell in cells)
    en = dict.fromkeys(cell.evidence_en for cell in cells)
    return Said("；".join(zh), "; ".join(en))


def obstacles(problem: Problem, width_m: float | None) -> Iterator[Obstacle]:
    """Yield what stands in the way; ``width_m`` is the least width at the ground, None where none could be found."""
    yield from _outside(problem)
    yield from _too_deep(problem)
    limit = problem.site.max_width_m
    if width_m is None or limit is None:
        return
    pairs = list(_too_wide_pairs(problem, limit))
    yield from pairs
    if not pairs and width_m > limit + 1 / MICRO:
        yield Obstacle(
            "too_wide", tuple(need.line.id for need in problem.needs),
            f"最小沟口宽 {shown(width_m)} m，大于允许的 {shown(limit)} m",
            f"the least width at the ground is {shown(width_m)} m, more than the {shown(limit)} m allowed",
        )  # fmt: skip


def _outside(problem: Problem) -> Iterator[Obstacle]:
    """Yield the lines and pairs of which a table does not speak, such as gas above 1.6 MPa."""
    for (a, b), pair in problem.clearances.items():
        if pair.cell is not None and pair.cell.outside:
            first, second = problem.needs[a], problem.needs[b]
            yield Obstacle(
                "outside_table", (first.line.id, second.line.id),
                f"{named(first).zh}与{named(second).zh}不在净距表之内，不得据此同沟。{pair.cell.evidence_zh}",
                f"{named(first).en} and {named(second).en} lie outside the table of clearances. "
                f"{pair.cell.evidence_en}",
            )  # fmt: skip
    slope = problem.slope_cell
    if slope is not None and slope.outside:
        yield Obstacle(
            "outside_table", (),
            f"放坡表没有这种土与荷载的坡度，应支护或计算。{slope.evidence_zh}",
            f"the table of slopes has no value for this soil and load: shore it, or calculate. {slope.evidence_en}",
        )  # fmt: skip
    for need in problem.needs:
        for cell in (need.cover_cell, need.working_cell):
            if cell is not None and cell.outside:
                yield Obstacle(
                    "outside_table", (need.line.id,),
                    f"{named(need).zh}不在表列范围内。{cell.evidence_zh}",
                    f"{named(need).en} lies outside the table. {cell.evidence_en}",
                )  # fmt: skip


def _too_deep(problem: Problem) -> Iterator[Obstacle]:
    allowed = problem.site.max_depth_m
    for need in problem.needs:
        who = named(need)
        if allowed is not None and need.level_m > allowed + 1 / MICRO:
            cover, deep = shown(need.cover_m), shown(need.level_m)
            yield Obstacle(
                "too_deep", (need.line.id,),
                f"{who.zh}覆土 {cover} m，需沟深 {deep} m，大于允许的 {shown(allowed)} m",
                f"{who.en} with {cover} m of cover needs a depth of {deep} m; {shown(allowed)} m are allowed",
            )  # fmt: skip
        slope = wall_slope(problem.site, round(need.level_m, 6))
        if slope is not None and slope.outside and not (problem.slope_cell and problem.slope_cell.outside):
            yield Obstacle(
                "slope_too_deep", (need.line.id,),
                f"{who.zh}需沟深 {shown(need.level_m)} m，放坡表不适用，应支护或专项设计。{slope.evidence_zh}",
                f"{who.en} needs a depth of {shown(need.level_m)} m, for which the table of slopes does not speak: "
                f"shore it, or design it. {slope.evidence_en}",
            )  # fmt: skip


def _too_wide_pairs(problem: Problem, limit: float) -> Iterator[Obstacle]:
    """Yield the pairs that alone are wider than the trench may be."""
    gaps = problem.gaps()
    for a, b in combinations(range(len(problem.needs)), 2):
        least = problem.end_m(a) + gaps[a][b] / MICRO + problem.end_m(b)
        if least > limit + 1 / MICRO:
            bound = _pair(problem, a, b)
            yield Obstacle(
                "pair_too_wide", (bound.a, bound.b or ""),
                f"这两条管线同沟至少宽 {shown(least)} m，大于允许的 {shown(limit)} m：{bound.zh}",
                f"these two alone need {shown(least)} m, more than the {shown(limit)} m allowed: {bound.en}",
            )  # fmt: skip


def notes(problem: Problem) -> Iterator[Said]:
    """Yield what one must know of a section before one relies on it."""
    bedding = problem.site.bedding_m
    yield Said(
        f"垫层按 {shown(bedding)} m 计，为假定值，以设计为准；土方未扣管道体积",
        f"bedding of {shown(bedding)} m is an assumption, the design decides; the pipes' own volume is not deducted",
    )
    for need, floor in zip(problem.needs, problem.floors_m, strict=True):
        yield from _notes_of(need, floor)
    yield from _assumptions(problem)


def _assumptions(problem: Problem) -> Iterator[Said]:
    """Yield what was missing and which row of a table was taken for it, each once."""
    cells = [pair.cell for pair in problem.clearances.values()]
    for need in problem.needs:
        cells += [need.cover_cell, need.working_cell]
    said = [Said(*both) for cell in (*cells, problem.slope_cell) if cell is not None for both in _assumed(cell)]
    yield from dict.fromkeys(said)


def _assumed(cell: Cell) -> Iterator[tuple[str, str]]:
    return zip(cell.assumed_zh, cell.assumed_en, strict=True)


def _notes_of(need: Need, floor: float) -> Iterator[Said]:
    who = named(need)
    if need.assumed:
        yield Said(
            f"{who.zh}未填管径，按常用外径 {shown(2 * need.radius_m)} m 计",
            f"{who.en} states no diameter; the usual outer one, {shown(2 * need.radius_m)} m, is taken",
        )
    if need.line.cover_m is not None and need.raised:
        yield Said(
            f"{who.zh}设计覆土 {shown(need.line.cover_m)} m 小于标准，按 {shown(need.cover_m)} m 计",
            f"{who.en} is designed with {shown(need.line.cover_m)} m of cover, less than the standard's; "
            f"{shown(need.cover_m)} m is taken",
        )
    if need.line.buried.utility == "heat":
        yield Said(
            f"{who.zh}按单根计；供水、回水双管请列为两条管线",
            f"{who.en} is taken as one pipe; give supply and return as two lines",
        )
    if need.cover_cell is None:
        yield Said(f"{who.zh}：标准未规定覆土", f"{who.en}: the standard states no cover")
    above = floor - need.level_m
    if above * MICRO >= 1:
        yield Said(
            f"{who.zh}的垫层底高于沟底 {shown(above)} m，其下先分层回填夯实",
            f"{who.en} lies {shown(above)} m above the bottom: fill and compact in layers below it first",
        )
