"""`cotrench print`: any part of the map on paper, of files or of the store."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads annotations at run time
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.county_layers import LayerFiles, RoutesFile, conflicts_of, county_layers, taking_layers
from api.cli.language import both, language
from api.cli.policies import DEFAULT_POLICY, OnOption, PolicyOption, day
from api.cli.reporting import answering, progress, show_table, words, write_file
from api.cli.texts import parts_of
from geo.faults import Fault, refuse

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import shapely

    from survey.findings import Finding

commands = typer.Typer()
FIT = "fit"


@commands.command(
    "print",
    help=both(
        "把地图的任一部分印成真比例图（PDF）；一张放不下时分幅并附接图表",
        "Print any part of the map to scale (PDF): several sheets with an index where one cannot hold it",
    ),
)
@answering
@taking_layers
def print_map(
    out: Annotated[Path, typer.Option("-o", "--out", help=both("结果文件 .pdf", "File to write: .pdf"))],
    routes: RoutesFile = None,
    *,
    given: LayerFiles,
    box: Annotated[
        str | None,
        typer.Option("--box", help=both("范围：左,下,右,上（坐标系内的米）", "West,south,east,north, grid metres")),
    ] = None,
    select: Annotated[
        str | None, typer.Option("--select", help=both("只印这些管线周围：编号，逗号分隔", "Around these routes: ids"))
    ] = None,
    drawn: Annotated[
        str | None, typer.Option("--layers", help=both("画哪些图层，逗号分隔；默认全部", "Layers to draw; else all"))
    ] = None,
    scale: Annotated[
        str,
        typer.Option("--scale", help=both("比例尺分母，如 500；fit：一张放下", "Such as 500; fit: one sheet")),
    ] = FIT,
    paper: Annotated[str, typer.Option("--paper", help=both("图幅：A4 至 A0", "Paper: A4 to A0"))] = "A3",
    portrait: Annotated[
        bool, typer.Option("--portrait/--landscape", help=both("竖放，或横放（默认）", "Standing, or lying (default)"))
    ] = False,
    findings: Annotated[
        bool,
        typer.Option("--findings/--no-findings", help=both("图上编号标出冲突，或不标（默认）", "Number the conflicts")),
    ] = False,
    title: Annotated[str | None, typer.Option("--title", help=both("图名", "Title of the map"))] = None,
    note: Annotated[str, typer.Option("--note", help=both("备注，印在图旁", "A note beside the map"))] = "",
    project: Annotated[str, typer.Option("--project", help=both("工程名称", "Project, in the title block"))] = "",
    drawn_by: Annotated[str, typer.Option("--by", help=both("绘制单位", "Who draws, in the title block"))] = "",
    policy: PolicyOption = DEFAULT_POLICY,
    on: OnOption = None,
) -> None:
    """Read or take the layers, choose the sheets, find what conflicts where that is wanted, print."""
    import shapely

    from maps.atlas import AtlasHead
    from maps.print_sheet import LAYERS, MapPrint, print_pdf, sheets_for
    from survey.policies import load_policy

    way = "portrait" if portrait else "landscape"
    names = list(LAYERS) if drawn is None else parts_of(drawn)
    ratio = _check_asked(out, paper, way, scale, names, {"title": title or "", "note": note, "box": box})
    when, rules = day(on), load_policy(policy)
    layers, settled, accepted = county_layers(routes, given)
    layers = {name: frame for name, frame in layers.items() if name in LAYERS}
    chosen = parts_of(select or "")
    about = _about(layers, box, chosen)
    windows = sheets_for(about, paper.lower(), way, ratio, **({"around": 0.0} if box else {}))
    sheets = shapely.union_all([shapely.box(*window.bounds) for window in windows])
    here = _on_sheets(conflicts_of(layers, settled, rules, when, accepted), sheets, chosen) if findings else []
    basis = f"{rules.document}《{rules.title}》" if findings else ""
    head = AtlasHead(title or words("地图", "Map"), when, project, drawn_by, basis)
    asked = MapPrint(head, paper.lower(), way, language(), note, chosen, here)
    shown = {name: layers[name][layers[name].intersects(sheets)] for name in names if name in layers}
    with progress("绘图", "drawing"):
        pdf = print_pdf(asked, shown, windows, settled)
    write_file(out, pdf)
    rows = [(f"{k:02d}", f"1:{one.scale}", f"{one.west:.0f},{one.south:.0f}") for k, one in enumerate(windows, 1)]
    heads = words("图号,比例尺,左下角", "sheet,scale,lower left corner").split(",")
    show_table(f"{out} · {out.stat().st_size / 1e6:.1f} MB · {settled.name}", heads, rows)


def _check_asked(
    out: Path, paper: str, way: str, scale: str, names: Sequence[str], texts: dict[str, str | None]
) -> int | None:
    """Return the scale, None for one that fits; refuse every option that no print can have, all at once."""
    from maps.print_sheet import LONGEST_NOTE, LONGEST_TITLE, faults_of

    said = scale.strip().removeprefix("1:").removeprefix("1：")
    ratio = int(said) if said.isdecimal() and said.isascii() and len(said) < 12 else None  # noqa: PLR2004 - no scale is longer
    wrong = ratio is None and said != FIT
    faults = [
        fault.at(field=f"--{fault.field}") for fault in faults_of(paper.lower(), way, 0 if wrong else ratio, names)
    ]
    faults = [fault.at(value=scale) if fault.field == "--scale" else fault for fault in faults]
    if out.suffix.lower() != ".pdf":
        faults.append(
            Fault("write.unknown_ending", "地图是 .pdf 文件", "the map is a .pdf file", "改扩展名", "name it .pdf",
                  field="-o", value=out.name)
        )  # fmt: skip
    for name, most in (("title", LONGEST_TITLE), ("note", LONGEST_NOTE)):
        if len(texts[name] or "") > most:
            faults.append(
                Fault("value.too_long", f"至多 {most} 个字", f"{most} characters at most", "缩短", "shorten it",
                      field=f"--{name}", value=(texts[name] or "")[:40])
            )  # fmt: skip
    if texts["box"] is not None and _corners(texts["box"]) is None:
        faults.append(
            Fault("bbox.malformed", "范围无效", "the box cannot be read", "写成 左,下,右,上 四个数",
                  "write four numbers: west,south,east,north", field="--box", value=texts["box"][:80])
        )  # fmt: skip
    refuse(faults)
    return ratio


def _corners(text: str) -> tuple[float, ...] | None:
    """Return the four numbers of a box; None where it is none."""
    try:
        numbers = tuple(float(part) for part in parts_of(text))
    except ValueError:
        return None
    good = len(numbers) == 4 and all(abs(one) < 1e9 for one in numbers)  # noqa: PLR2004 - a box has four numbers
    return numbers if good and numbers[0] <= numbers[2] and numbers[1] <= numbers[3] else None


def _about(layers: dict[str, gpd.GeoDataFrame], box: str | None, chosen: Sequence[str]) -> list[shapely.Geometry]:
    """Return what is to be on the print: the box, the routes that were named, else routes and sites, else everything.

    Raises
    ------
    BadInputError
        With every route that is not there, or where there is nothing to print.
    """
    import shapely

    if box is not None:
        return [shapely.box(*(_corners(box) or ()))]
    if chosen:
        routes = layers.get("routes")
        lines = {} if routes is None else dict(zip(routes["id"].astype(str), routes.geometry, strict=True))
        refuse(
            [
                Fault("print.id_unknown", "没有这条管线", "there is no such route", "核对编号", "check the id",
                      field="--select", value=one[:80])
                for one in chosen if one not in lines
            ]
        )  # fmt: skip
        return [lines[one] for one in chosen]
    wanted: list[str] = [name for name in ("routes", "sites") if name in layers and len(layers[name])]
    wanted = wanted or list(layers)
    shapes = [shape for name in wanted for shape in layers[name].geometry]
    if not shapes:
        refuse([Fault("print.nothing", "没有可印的要素", "there is nothing to print", "换文件", "name other files")])
    return shapes


def _on_sheets(found: Sequence[Finding], sheets: shapely.Geometry, chosen: Sequence[str]) -> list[Finding]:
    """Return the findings on the sheets, of the routes that were named where any were."""
    here = [one for one in found if one.geometry is not None and sheets.intersects(one.geometry)]
    if not chosen:
        return here
    return [one for one in here if one.a in chosen or (one.b in chosen and one.b_layer == "routes")]
