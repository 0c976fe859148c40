"""Write what stands under a section's drawing: legend, schedule of lines, earth, what holds it, notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps.section_words import WORDS, earth, kind_of, standard_order
from maps.svg_sheet import INK, PALE, RED, shortened, wrapped
from maps.symbols import symbols
from survey.sections.rules import shown

if TYPE_CHECKING:
    from maps.svg_sheet import Sheet
    from survey.sections import LaidLine, Section
    from survey.sections.trace import Bound

LEFT, RIGHT, ROW, SIZE, SMALL = 10.0, 287.0, 5.0, 2.7, 2.4
COLUMNS = (0.0, 12.0, 58.0, 118.0, 138.0, 206.0, 226.0, 252.0)
FILLS = {"bedding": ("#e3c98f", "none", ""), "fill": ("none", "#8d7b5d", "0.8 0.6"), "soil": ("#e8decb", "none", "")}


def draw_schedule(sheet: Sheet, section: Section, language: str, y: float) -> float:
    """Write everything below ``y`` (millimetres) and return where it ends."""
    words = WORDS[language]
    if section.lines:
        y = _schedule(sheet, section, language, y)
        for said in (earth(section, language), standard_order(section, language)):
            if said:
                y = _written(sheet, said, y, SIZE, bold=True)
    obstacles = [obstacle.zh if language == "zh" else obstacle.en for obstacle in section.obstacles]
    y = _listed(sheet, words["obstacles"], obstacles, y, RED)
    y = _listed(sheet, words["holds"], [_short(section, bound, language) for bound in section.bounds], y, INK)
    notes = [note.zh if language == "zh" else note.en for note in section.notes]
    return _listed(sheet, words["notes"], [*notes, words["assumed"]] if section.lines else notes, y, INK)


def draw_legend(sheet: Sheet, language: str, y: float) -> None:
    """Draw what the fills of the drawing mean, from ``y`` on (millimetres)."""
    x = LEFT
    for key, name in WORDS[language]["legend"]:
        fill, colour, dash = FILLS[key]
        sheet.path(
            [(x, y), (x + 5, y), (x + 5, y + 2.4), (x, y + 2.4)], closed=True, fill=fill, colour=colour, dash=dash
        )
        sheet.text((x + 6.2, y + 2.1), name, SMALL)
        x += 32.0


def _schedule(sheet: Sheet, section: Section, language: str, y: float) -> float:
    """Write one row a line, in the order of the drawing."""
    words = WORDS[language]
    sheet.line((LEFT, y), (RIGHT, y), INK, 0.35)
    for x, name in zip(COLUMNS, words["head"], strict=True):
        sheet.text((LEFT + x + 1, y + 3.6), name, SMALL, colour=PALE)
    y += ROW
    sheet.line((LEFT, y), (RIGHT, y), INK, 0.2)
    for number, laid in enumerate(section.lines, 1):
        colour = symbols()["utilities"][laid.need.line.buried.utility]["screen"]
        sheet.circle((LEFT + 4, y + 2.5), 1.7, colour, colour)
        sheet.text((LEFT + 4, y + 3.4), str(number), SMALL, anchor="middle", colour="#ffffff", bold=True)
        for k, text in enumerate(cells_of(laid, language), 1):
            room = (COLUMNS[k + 1] if k + 1 < len(COLUMNS) else RIGHT - LEFT) - COLUMNS[k] - 2
            sheet.text((LEFT + COLUMNS[k] + 1, y + 3.5), shortened(text, SIZE, room), SIZE)
        y += ROW
        sheet.line((LEFT, y), (RIGHT, y), PALE, 0.1)
    return y + 5.5


def cells_of(laid: LaidLine, language: str) -> list[str]:
    """Return the texts of a line's row after its number, as `WORDS` heads them."""
    need, line = laid.need, laid.need.line
    name = line.id if not line.name or line.name == line.id else f"{line.id} {line.name}"
    return [
        kind_of(laid, language), name, f"{2 * need.radius_m:.3f}{'*' if need.assumed else ''}",
        f"{shown(need.cover_m)} ({_cover_by(laid, language)})", f"−{shown(need.level_m)}", shown(laid.x_m),
        "—" if laid.red_line_m is None else shown(laid.red_line_m),
    ]  # fmt: skip


def _cover_by(laid: LaidLine, language: str) -> str:
    """Return what its cover rests on: the design, a clause, or nothing, where neither states one."""
    need, words = laid.need, WORDS[language]
    if need.line.cover_m is not None and not need.raised:
        return str(words["designed"])
    if need.cover_cell is None:
        return str(words["unstated"])
    unverified = f" {words['unverified']}" if need.cover_cell.unverified else ""
    return f"{need.cover_cell.standard} {need.cover_cell.clause}{unverified}"


def _short(section: Section, bound: Bound, language: str) -> str:
    """Return a bound in one short line: which lines by their numbers, how much, by which clauses."""
    words, zh = WORDS[language], language == "zh"
    numbers = {laid.need.line.id: str(k) for k, laid in enumerate(section.lines, 1)}
    first = next(laid for laid in section.lines if laid.need.line.id == bound.a)
    who = numbers[bound.a] if bound.b is None else f"{numbers[bound.a]}–{numbers[bound.b]}"
    what = {
        "clearance": ("外壁净距", "between outer walls"), "step": ("留台", "for the step"),
        "edge": ("至沟壁", "to the wall"), "cover": ("覆土定深", "of cover sets the depth"),
    }[bound.kind]  # fmt: skip
    clauses = dict.fromkeys(
        f"{cell.standard} {cell.clause}{' ' + words['unverified'] if cell.unverified else ''}" for cell in bound.cells
    )
    by = words["and"].join(clauses) or _cover_by(first, language)
    return f"{who} {what[0]} {shown(bound.metres)} m：{by}" if zh else f"{who}: {shown(bound.metres)} m {what[1]}; {by}"


def _listed(sheet: Sheet, head: str, said: list[str], y: float, colour: str) -> float:
    """Write short lines in two columns under a head, long ones over the whole width."""
    if not said:
        return y
    sheet.text((LEFT, y), head, SIZE, colour=colour, bold=True)
    y += 4.2
    column = (RIGHT - LEFT) / 2 - 4
    side = 0
    for text in said:
        lines = wrapped(text, SMALL, column)
        if len(lines) == 1:
            sheet.text((LEFT + side * (column + 8), y), text, SMALL, colour=colour)
            y, side = (y + 3.8, 0) if side else (y, 1)
            continue
        y += 3.8 * side
        y, side = _written(sheet, text, y, SMALL, colour=colour), 0
    return y + 3.8 * side + 2.0


def _written(sheet: Sheet, text: str, y: float, size: float, *, colour: str = INK, bold: bool = False) -> float:
    for line in wrapped(text, size, RIGHT - LEFT):
        sheet.text((LEFT, y), line, size, colour=colour, bold=bold)
        y += 3.8 if size == SMALL else 4.4
    return y
