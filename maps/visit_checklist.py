"""Write the checklist of a visit as a workbook: schedule, items to tick, who comes; filled in on site or at a desk."""

from __future__ import annotations

import io
import math
import re
import zipfile
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from maps.svg_sheet import text_width
from survey.cases.words import ROLES
from survey.visits.checklists import lines_of
from survey.visits.items import ITEM_KINDS, TOOLS
from survey.visits.keeping.events import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from openpyxl.worksheet.worksheet import Worksheet

    from survey.visits.keeping import Visit
    from survey.visits.keeping.events import Plan
    from survey.visits.stops import Attendee

SHEETS = {"zh": ("行程", "核查清单", "到场"), "en": ("Schedule", "Checklist", "Attendees")}
HEADS = {
    "zh": (
        ("站", "名称", "日期", "路程 分", "到达", "开始", "离开", "停留 分", "X（北）", "Y（东）", "到场"),
        ("编号", "站", "事项", "工具", "对象", "做什么，为什么", "已知", "±", "限值", "单位", "依据", "现场结果",
         "实测值", "备注", "填写人"),
        ("单位或姓名", "角色", "站", "为何", "姓名", "电话", "签名"),
    ),
    "en": (
        ("Stop", "Name", "Day", "Way min", "Arrives", "Begins", "Leaves", "Minutes", "X (north)", "Y (east)", "Who"),
        ("No.", "Stop", "What", "With", "About", "To do, and why", "Known", "±", "Limit", "Unit", "By", "Seen",
         "Measured", "Note", "By whom"),
        ("Organisation or name", "Role", "Stops", "Why", "Name", "Phone", "Signature"),
    ),
}  # fmt: skip
WIDTHS = (
    (6, 30, 12, 9, 9, 9, 9, 9, 13, 13, 50),
    (8, 22, 14, 12, 20, 60, 10, 8, 10, 7, 26, 14, 10, 30, 14),
    (30, 10, 10, 60, 14, 16, 20),
)
SEEN_COLUMN = "L"
SIZES, UNIT = (6, 7, 8), 9
"""Columns of the checklist: what is known, its uncertainty, the limit (metres to the centimetre), and their unit."""
TWO_DECIMALS = "0.00"
UNVERIFIED = {"zh": "（待核）", "en": " (unverified)"}
LINE_PT = 15.0
"""Height of a row with one line; the rows of a workbook are as high as they say, whatever is wrapped in them."""
TALLEST_PT = 409.0
LETTERS_PER_SIZE = 2.0
"""Widths of columns count letters, of which two are as wide as a Chinese character."""
AND = {"zh": "、", "en": ", "}
CORE = "docProps/core.xml"
EARLIEST = (1980, 1, 1, 0, 0, 0)


def visit_checklist(visit: Visit, language: str = "zh") -> bytes:
    """Return the checklist of a visit as a workbook; the same visit gives the same bytes.

    Parameters
    ----------
    visit
        With a plan. What was answered already stands in its place; where answers differ, one under the other.
    language
        ``zh`` or ``en``.

    Raises
    ------
    ValueError
        The visit has no plan.
    """
    if visit.plan is None or visit.at is None:
        raise ValueError(f"visit {visit.id} has no plan")
    book = Workbook()
    book.remove(book.active)
    tables = (_schedule(visit.plan, language), _items(visit, visit.plan, language), _people(visit.plan, language))
    for title, head, widths, rows in zip(SHEETS[language], HEADS[language], WIDTHS, tables, strict=True):
        _fill(book.create_sheet(title), head, widths, list(rows))
    choice = DataValidation("list", formula1='"' + ",".join(_outcome(one, language) for one in OUTCOMES) + '"')
    checklist = book[SHEETS[language][1]]
    for cells in checklist.iter_rows(min_row=2):
        if cells[UNIT].value == "m":
            for at in SIZES:
                cells[at].number_format = TWO_DECIMALS
    checklist.add_data_validation(choice)
    choice.add(f"{SEEN_COLUMN}2:{SEEN_COLUMN}{max(2, checklist.max_row)}")
    whole = io.BytesIO()
    book.save(whole)
    return _settled(whole.getvalue(), visit.at)


def _schedule(plan: Plan, language: str) -> Iterator[Sequence[Any]]:
    numbers = {at: number for number, at in enumerate(plan.order, start=1)}
    for day in plan.days:
        for call in day.calls:
            stop = plan.stops[call.stop]
            yield (
                numbers[call.stop], stop.name, day.on.isoformat(), round(call.way_s / 60), f"{call.arrives:%H:%M}",
                f"{call.begins:%H:%M}", f"{call.leaves:%H:%M}",
                round((call.leaves - call.begins).total_seconds() / 60), round(stop.y, 2),
                round(stop.x, 2), AND[language].join(one.name for one in stop.attendees),
            )  # fmt: skip


def _items(visit: Visit, plan: Plan, language: str) -> Iterator[Sequence[Any]]:
    zh, names = language == "zh", {stop.id: stop.name for stop in plan.stops}
    for line in lines_of(plan):
        item = line.item
        said = visit.standing(item.id)
        values = [given.answer.value for given in said if given.answer.value is not None]
        recalled = UNVERIFIED[language] if item.unverified and item.clause else ""
        yield (
            line.number, names[line.stop], ITEM_KINDS[item.kind][0 if zh else 1], TOOLS[item.tool][0 if zh else 1],
            AND[language].join(subject.id for subject in item.subjects) or item.case,
            item.do_zh if zh else item.do_en, item.measured, item.uncertainty, item.limit, item.unit,
            f"{item.document} {item.clause}".strip() + recalled,
            "\n".join(_outcome(given.answer.outcome, language) for given in said),
            values[0] if len(values) == 1 else "\n".join(f"{value:g}" for value in values),
            "\n".join(given.answer.note for given in said if given.answer.note),
            "\n".join(given.by for given in said),
        )  # fmt: skip


def _people(plan: Plan, language: str) -> Iterator[Sequence[Any]]:
    zh = language == "zh"
    called: dict[str, list[int]] = {}
    found: dict[str, Attendee] = {}
    for number, at in enumerate(plan.order, start=1):
        for one in plan.stops[at].attendees:
            called.setdefault(one.key, []).append(number)
            found.setdefault(one.key, one)
    for key in sorted(found):
        one = found[key]
        why = AND[language].join(one.why_zh if zh else one.why_en)
        role = ROLES[one.role][0 if zh else 1]
        yield one.name, role, AND[language].join(map(str, called[key])), why, "", "", ""


def _outcome(kind: str, language: str) -> str:
    return OUTCOMES[kind][0 if language == "zh" else 1]


def _fill(sheet: Worksheet, head: Sequence[str], widths: Sequence[int], rows: Sequence[Sequence[Any]]) -> None:
    """Write a table; no text is taken for a formula, control characters that XML has not are left out."""
    wrapped, bold, grey = (
        Alignment(wrap_text=True, vertical="top"),
        Font(bold=True),
        PatternFill("solid", fgColor="F2F2F2"),
    )
    for column, (name, width) in enumerate(zip(head, widths, strict=True), start=1):
        cell = sheet.cell(1, column, name)
        cell.font, cell.fill, cell.alignment = bold, grey, wrapped
        sheet.column_dimensions[cell.column_letter].width = width
    for row, values in enumerate(rows, start=2):
        for column, value in enumerate(values, start=1):
            text = isinstance(value, str)
            cell = sheet.cell(row, column, ILLEGAL_CHARACTERS_RE.sub("", value) if text else value)
            cell.alignment = wrapped
            if text:
                cell.data_type = "s"
        sheet.row_dimensions[row].height = _height(values, widths)
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage = 0, True


def _height(values: Sequence[Any], widths: Sequence[int]) -> float:
    """Return how high a row is that shows its texts whole, each wrapped in its column (points)."""
    lines = max(
        sum(max(1, math.ceil(text_width(part, LETTERS_PER_SIZE) / (width - 1))) for part in str(value).split("\n"))
        for value, width in zip(values, widths, strict=True)
    )
    return min(TALLEST_PT, LINE_PT * lines)


def _settled(book: bytes, at: datetime) -> bytes:
    """Return a workbook whose moments are that of the visit, not of the writing."""
    said, whole = f"{at:%Y-%m-%dT%H:%M:%SZ}", io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as given, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.namelist():
            part = given.read(name)
            if name == CORE:
                part = re.sub(rb"(<dcterms:\w+ [^>]*>)[^<]*", rb"\g<1>" + said.encode(), part)
            made.writestr(zipfile.ZipInfo(name, EARLIEST), part, zipfile.ZIP_DEFLATED)
    return whole.getvalue()
