"""A small pipe survey as tables of text, for the tests to write out and to spoil."""

import csv

import openpyxl

GRID = "EPSG:4546"
NORTH, EAST = 3_658_600.0, 579_300.0
POINT_HEAD = ["物探点号", "X", "Y", "地面高程", "特征", "附属物"]
LINE_HEAD = [
    "起点点号",
    "终点点号",
    "起点埋深(m)",
    "终点埋深(m)",
    "起点高程",
    "终点高程",
    "管径(mm)",
    "材质",
    "埋设方式",
]
POINTS = [
    ["JS1", NORTH, EAST, "100.00", "", "阀门井"],
    ["JS2", NORTH + 40, EAST, "99.90", "弯头", ""],
    ["JS3", NORTH + 40, EAST + 30, "99.80", "", ""],
    ["WS1", NORTH, EAST + 5, "100.00", "", "窨井"],
    ["WS2", NORTH + 30, EAST + 5, "99.90", "", "窨井"],
]
LINES = [
    ["JS1", "JS2", "1.20", "1.25", "98.80", "98.65", "DN300", "球墨铸铁", "直埋"],
    ["JS2", "JS3", "1.25", "1.30", "98.65", "98.50", "300", "PE", "ZM"],
    ["WS1", "WS2", "2.40", "2.55", "97.60", "97.35", "400", "混凝土", "直埋"],
]


def rows(table):
    """Return a copy that a test may spoil."""
    return [list(row) for row in table]


def as_csv(
    folder, lines=LINES, points=POINTS, *, line_head=LINE_HEAD, point_head=POINT_HEAD, names=("线.csv", "点.csv")
):
    for name, head, body in ((names[0], line_head, lines), (names[1], point_head, points)):
        with (folder / name).open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows([head, *body])
    return folder / names[0]


def as_xlsx(folder, lines=LINES, points=POINTS, *, title=False):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "点表"
    for row in [*([["某县地下管线点成果表"], []] if title else []), POINT_HEAD, *points]:
        sheet.append(row)
    other = book.create_sheet("线表")
    for row in [LINE_HEAD, *lines]:
        other.append(row)
    book.save(folder / "survey.xlsx")
    return folder / "survey.xlsx"
