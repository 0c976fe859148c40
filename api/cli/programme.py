"""`cotrench programme`: a start for every route, so that what can be dug together is dug together."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from datetime import date
from pathlib import Path  # noqa: TC003 - Typer reads annotations at run time
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import inputs
from api.cli.analysis import RoutesArgument  # noqa: TC001 - Typer reads annotations at run time
from api.cli.language import both
from api.cli.reporting import answering, progress, say, show_table, words
from geo.faults import Fault, refuse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import geopandas as gpd

    from survey.programme.planning import Planning, Programme
    from survey.programme.works import Break, Weights, Work

commands = typer.Typer()
WORKBOOK = ".xlsx"
MOST_SAID = 8
WEIGHTS = ("metre", "closed_week", "reopening", "moved_week")


@commands.command(
    "programme",
    help=both(
        "排出联合施工计划：每条管线何时开工，能同沟的一次开挖",
        "Plan the joint programme: a start for each route, so that what can share a trench is dug at once",
    ),
)
@answering
def programme(
    routes: RoutesArgument,
    out: Annotated[
        Path,
        typer.Option(
            "-o",
            "--out",
            help=both("结果文件：.gpkg .geojson .parquet .csv .xlsx", "File: .gpkg .geojson .parquet .csv .xlsx"),
        ),
    ],
    *,
    trenches: Annotated[
        Path | None,
        typer.Option("--trenches", help=both("已有的沟段文件，否则现算", "File of trenches; else they are found")),
    ] = None,
    crews: Annotated[
        list[str] | None,
        typer.Option(
            "--crews",
            metavar="[NAME=]N",
            help=both(
                "每家单位（或某家单位）可同时施工几处，可重复", "Works an operator digs at once, all or one; repeat"
            ),
        ),
    ] = None,
    winter: Annotated[
        str | None,
        typer.Option("--winter", metavar="DAYS", help=both("每年停工期，如 11-15..03-15", "Yearly stop: 11-15..03-15")),
    ] = None,
    no_holidays: Annotated[
        bool, typer.Option("--no-holidays", help=both("长假那几周也施工", "Dig in weeks of long holidays too"))
    ] = False,
    window: Annotated[
        str | None,
        typer.Option(
            "--window",
            metavar="DAYS",
            help=both(
                "未填起止日期的管线的窗口，如 2026-03-01..2026-12-31",
                "Window of routes without one: 2026-03-01..2026-12-31",
            ),
        ),
    ] = None,
    weights: Annotated[
        list[str] | None,
        typer.Option(
            "--weights",
            metavar="NAME=POINTS",
            help=both(
                "分值：metre 少挖一米，closed_week 封路一周，reopening 重复开挖，moved_week 开工移一周；可重复",
                "Points for: metre saved, closed_week, reopening, moved_week; repeat",
            ),
        ),
    ] = None,
    yuan: Annotated[
        float | None, typer.Option("--yuan", min=0, help=both("每米开挖造价（元）", "Yuan a metre of digging costs"))
    ] = None,
    seconds: Annotated[
        float, typer.Option("--seconds", min=0, help=both("求解时间（秒，按计算量计）", "Search time (s of computing)"))
    ] = 60.0,
    layer: inputs.LayerOption = None,
    trenches_layer: Annotated[
        str | None, typer.Option("--trenches-layer", help=both("沟段文件的图层名", "Layer of the file of trenches"))
    ] = "trenches",
    crs: inputs.CrsOption = None,
    encoding: inputs.EncodingOption = None,
    maps: inputs.MapOption = None,
    values: inputs.ValuesOption = None,
    grid: inputs.GridOption = None,
    skip_bad: inputs.SkipOption = False,
    faults: inputs.FaultsOption = None,
) -> None:
    """Write the layers ``works`` and ``joint``."""
    from geo.formats import check_ending
    from survey.programme.frames import joint_frame, trenches_of, works_frame, works_of
    from survey.programme.planning import Planning
    from survey.programme.works import Terms

    if out.suffix.lower() != WORKBOOK:
        check_ending(out)
    weighed, stop, default = _weights(weights or []), _winter(winter), _window(window)
    capacity = _capacity(crews or [])
    options = inputs.asked(layer, crs, encoding, maps, values, grid, skip_bad=skip_bad, faults=faults)
    placed, _ = inputs.in_grid(inputs.read_layer(routes, "routes", options), grid)
    shared = _trenches(trenches, trenches_layer, placed)
    works = works_of(placed, window=default)
    terms = Terms(
        breaks=_breaks(works, stop, holidays=not no_holidays),
        capacity=_for_all(capacity, works),
        weights=weighed,
        yuan_per_metre=yuan,
    )
    with progress("排计划", "planning") as show:
        planning = Planning(
            works,
            trenches_of(shared),
            terms,
            seconds=seconds,
            workers=os.cpu_count() or 1,
            progress=lambda at: show(at.ended, at.components),
        )
        with _stopped_by_interrupt(planning):
            found = planning.run()
    joint = joint_frame(found, shared)
    with progress("写出", "writing"):
        _write({"works": works_frame(found, placed), "joint": joint}, out)
    _show(found, joint)


@contextmanager
def _stopped_by_interrupt(planning: Planning) -> Iterator[None]:
    """Let the first Ctrl-C end the search with the best so far; a second one ends the command."""

    def stop(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, before)
        planning.stop()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _trenches(path: Path | None, layer: str | None, routes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    from geo.formats import read
    from survey.opportunities import runs_and_trenches

    if path is not None:
        return read(path, layer=layer, crs=routes.crs, crs_is_default=True).frame
    with progress("找沟段", "finding trenches"):
        return runs_and_trenches(routes, workers=os.cpu_count() or 1)[1]


def _breaks(works: list[Work], winter: str | None, *, holidays: bool) -> tuple[Break, ...]:
    from survey.holidays import known_holidays
    from survey.programme.weeks import holiday_breaks, yearly

    if not works:
        return ()
    first, last = min(work.start for work in works), max(work.end for work in works)
    found: tuple[Break, ...] = yearly(winter, first.year, last.year) if winter else ()
    return found + (holiday_breaks(known_holidays(), first, last) if holidays and first <= last else ())


def _malformed(option: str, value: str, example: str) -> Fault:
    return Fault(
        "option.malformed",
        "看不懂的选项",
        "the option is not understood",
        f"写成 {option} {example}",
        f"write {option} {example}",
        field=option,
        value=value,
    )


def _numbers(option: str, texts: list[str], example: str) -> dict[str, int]:
    """Return ``NAME=NUMBER`` texts; a number alone is under the empty name."""
    found: dict[str, int] = {}
    wrong = []
    for text in texts:
        name, _, number = text.rpartition("=")
        if number.strip().isdecimal():
            found[name.strip()] = int(number)
        else:
            wrong.append(_malformed(option, text, example))
    refuse(wrong)
    return found


def _weights(texts: list[str]) -> Weights:
    from dataclasses import replace

    from survey.programme.works import Weights

    given = _numbers("--weights", texts, "metre=10")
    refuse(
        _malformed("--weights", f"{name}=", f"metre=10 ({' '.join(WEIGHTS)})") for name in given if name not in WEIGHTS
    )
    return replace(Weights(), **given)


def _capacity(texts: list[str]) -> dict[str, int]:
    return _numbers("--crews", texts, "2")


def _for_all(capacity: Mapping[str, int], works: list[Work]) -> dict[str, int]:
    """Return the capacity of each operator met; one that is named and not met is a slip that is told."""
    met = {work.crew for work in works if work.crew is not None}
    refuse(
        Fault(
            "programme.no_such_crew",
            "管线表里没有这家单位",
            "no route has this operator",
            f"用其中之一：{'、'.join(sorted(met))}",
            f"use one of: {', '.join(sorted(met))}",
            field="--crews",
            value=name,
        )
        for name in capacity
        if name and name not in met
    )
    return {crew: most for crew in sorted(met) if (most := capacity.get(crew, capacity.get(""))) is not None}


def _winter(text: str | None) -> str | None:
    from survey.programme.weeks import yearly

    if text is None:
        return None
    try:
        yearly(text, 2001, 2001)
    except ValueError:
        refuse([_malformed("--winter", text, "11-15..03-15")])
    return text


def _window(text: str | None) -> tuple[date, date] | None:
    if text is None:
        return None
    try:
        first, last = (date.fromisoformat(part.strip()) for part in text.split(".."))
    except ValueError:
        refuse([_malformed("--window", text, "2026-03-01..2026-12-31")])
        raise
    return first, last


def _write(layers: Mapping[str, gpd.GeoDataFrame], out: Path) -> None:
    from geo.formats import write

    if out.suffix.lower() == WORKBOOK:
        _write_workbook(layers, out)
    else:
        write(dict(layers), out)


def _write_workbook(layers: Mapping[str, gpd.GeoDataFrame], out: Path) -> None:
    """Write one sheet a layer without geometry; no text is taken for a formula, and the file is whole or not there."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, frame in layers.items():
        sheet = book.create_sheet(name)
        plain = frame.drop(columns=frame.geometry.name)
        sheet.append(list(plain.columns))
        for row, values in enumerate(plain.astype(object).where(plain.notna(), None).itertuples(index=False), start=2):
            for column, value in enumerate(values, start=1):
                cell = sheet.cell(row, column, value)
                if isinstance(value, str):
                    cell.data_type = "s"
        sheet.freeze_panes = "A2"
    beside = out.with_name(f".{out.name}.part")
    try:
        book.save(beside)
        beside.replace(out)
    except OSError as error:
        beside.unlink(missing_ok=True)
        refuse([
            Fault("file.cannot_write", f"不能写入：{error.strerror}", f"cannot be written: {error.strerror}",
                  "换一个文件夹", "choose another folder", file=out.name)
        ])  # fmt: skip


def _show(found: Programme, joint: gpd.GeoDataFrame) -> None:
    """Print before and after, how good that is at least, and the joint digs that save most."""
    rows = [
        (words("按原计划", "as planned"), *_figures(found.planned), found.planned_clashes),
        (words("联合计划", "joint programme"), *_figures(found.costs), 0),
    ]
    names = words(
        ",少挖 m,封路周,重复开挖,移动周,总分,冲突",
        ",saved m,closed weeks,reopenings,moved weeks,points,clashes",
    ).split(",")
    show_table(words(f"{len(found.problem.works)} 项工程", f"{len(found.problem.works)} works"), names, rows)
    bound = words(
        f"任何计划的总分不低于 {found.bound}；与最优相差不超过 {100 * found.gap:.2f} %",
        f"no programme has fewer points than {found.bound}; the gap to the best is {100 * found.gap:.2f} % at most",
    )
    say(bound)
    if found.stopped:
        say(words("已提前停止，以上是当时最好的计划。", "Stopped early: this is the best found until then."))
    said = joint[joint["joint"]].drop_duplicates("why_zh")
    for zh, en in zip(said["why_zh"][:MOST_SAID], said["why_en"][:MOST_SAID], strict=True):
        say(f"· {words(zh, en)}")
    if len(said) > MOST_SAID:
        say(words(f"……另有 {len(said) - MOST_SAID} 处，见文件", f"… and {len(said) - MOST_SAID} more: see the file"))


def _figures(costs: object) -> tuple[object, ...]:
    return tuple(getattr(costs, name) for name in ("saved_m", "closed_weeks", "reopenings", "moved_weeks", "points"))
