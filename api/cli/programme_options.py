"""The options of `cotrench programme`: what they are called, and what is read from them."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.inputs import malformed
from api.cli.language import both
from api.cli.texts import text_of
from geo.faults import Fault, refuse

if TYPE_CHECKING:
    from survey.programme.asked import Asked

ProgrammeOut = Annotated[
    Path,
    typer.Option(
        "-o",
        "--out",
        help=both(
            "结果文件：.gpkg .geojson .parquet .csv .xlsx，或 .pdf 摘要",
            "File: .gpkg .geojson .parquet .csv .xlsx, or a .pdf summary",
        ),
    ),
]
TrenchesOption = Annotated[
    Path | None,
    typer.Option("--trenches", help=both("已有的沟段文件，否则现算", "File of trenches; else they are found")),
]
TrenchesLayerOption = Annotated[
    str | None, typer.Option("--trenches-layer", help=both("沟段文件的图层名", "Layer of the file of trenches"))
]
RoadsOption = Annotated[
    Path | None,
    typer.Option(
        "--roads",
        help=both("道路：施工时封闭哪些路段、保护期到何时", "Roads: which stretches works close, how long protected"),
    ),
]
ExitsOption = Annotated[
    Path | None,
    typer.Option(
        "--exits",
        help=both(
            "出口（点）：同时封闭的道路不得切断任何片区到出口的路；要有道路中心线",
            "Ways out (points): closures of one week cut no place off from them; needs centre lines",
        ),
    ),
]
CrewsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--crews",
        metavar="[NAME=]N",
        help=both("每家单位（或某家单位）可同时施工几处，可重复", "Works an operator digs at once, all or one; repeat"),
    ),
]
WinterOption = Annotated[
    str | None,
    typer.Option("--winter", metavar="DAYS", help=both("每年停工期，如 11-15..03-15", "Yearly stop: 11-15..03-15")),
]
NoHolidaysOption = Annotated[
    bool, typer.Option("--no-holidays", help=both("长假那几周也施工", "Dig in weeks of long holidays too"))
]
WindowOption = Annotated[
    str | None,
    typer.Option(
        "--window",
        metavar="DAYS",
        help=both(
            "未填起止日期的管线的窗口，如 2026-03-01..2026-12-31",
            "Window of routes without one: 2026-03-01..2026-12-31",
        ),
    ),
]
FixedOption = Annotated[
    list[str] | None,
    typer.Option(
        "--fixed",
        metavar="ID=DATE",
        help=both("这条管线必须这一天开工，可重复", "This route begins on this day; repeat"),
    ),
]
WeightsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--weights",
        metavar="NAME=POINTS",
        help=both(
            "分值：metre 少挖一米，closed_week 封路一周，reopening 重复开挖，moved_week 开工移一周；可重复",
            "Points for: metre saved, closed_week, reopening, moved_week; repeat",
        ),
    ),
]
YuanOption = Annotated[
    float | None, typer.Option("--yuan", min=0, help=both("每米开挖造价（元）", "Yuan a metre of digging costs"))
]
SecondsOption = Annotated[
    float, typer.Option("--seconds", min=0, help=both("求解时间（秒，按计算量计）", "Search time (s of computing)"))
]
CompareOption = Annotated[
    Path | None,
    typer.Option(
        "--compare",
        metavar="FILE.toml",
        help=both(
            "再按此文件的条件排一次并对照：crews winter holidays weights yuan fixed",
            "Plan again with what this file says and compare: crews winter holidays weights yuan fixed",
        ),
    ),
]


def asked_of(
    crews: list[str] | None,
    winter: str | None,
    weights: list[str] | None,
    yuan: float | None,
    fixed: list[str] | None,
    *,
    holidays: bool,
) -> Asked:
    """Return what the options ask of a programme; refuse what is not understood, all at once."""
    from survey.programme.asked import EVERY_CREW, asked_from_plain

    wrong: list[Fault] = []
    plain: dict[str, Any] = {
        "crews": {name or EVERY_CREW: most for name, most in _numbers("--crews", crews, "2", wrong).items()},
        "winter": winter,
        "holidays": holidays,
        "weights": _numbers("--weights", weights, "metre=10", wrong),
        "yuan": yuan,
        "fixed": dict(pair for text in fixed or () if (pair := _fixed(text, wrong))),
    }
    refuse(wrong)
    return asked_from_plain(plain)


def what_if(path: Path | None, before: Asked) -> Asked | None:
    """Return what a file asks instead; None where there is no file."""
    from survey.programme.asked import asked_from_plain

    if path is None:
        return None
    text = text_of(path)
    try:
        plain = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        refuse([
            Fault("file.no_toml", f"不是 TOML：{error}", f"no TOML: {error}", "写成 TOML，例如 crews = 2",
                  "write it as TOML, such as crews = 2", file=path.name)
        ])  # fmt: skip
        raise
    return asked_from_plain(plain, before)


def window_of(text: str | None) -> tuple[date, date] | None:
    """Return the two days of a window such as ``2026-03-01..2026-12-31``."""
    if text is None:
        return None
    try:
        first, last = (date.fromisoformat(part.strip()) for part in text.split(".."))
    except ValueError:
        refuse([malformed("--window", text, "2026-03-01..2026-12-31")])
        raise
    return first, last


def _numbers(option: str, texts: list[str] | None, example: str, wrong: list[Fault]) -> dict[str, int]:
    """Return ``NAME=NUMBER`` texts; a number alone is under the empty name."""
    found: dict[str, int] = {}
    for text in texts or ():
        name, _, number = text.rpartition("=")
        if number.strip().isdecimal():
            found[name.strip()] = int(number)
        else:
            wrong.append(malformed(option, text, example))
    return found


def _fixed(text: str, wrong: list[Fault]) -> tuple[str, str] | None:
    name, equals, day = text.rpartition("=")
    try:
        date.fromisoformat(day.strip())
    except ValueError:
        equals = ""
    if not equals or not name.strip():
        wrong.append(malformed("--fixed", text, "W1=2026-05-04"))
        return None
    return name.strip(), day.strip()
