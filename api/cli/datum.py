"""`cotrench datum`: whether a file lies where the roads say it should, and the correction that is asked for."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads annotations at run time
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import inputs
from api.cli.language import both, language
from api.cli.reporting import FINDINGS, answering, progress, show_table, words
from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    from survey.datum_watch import DatumReport

commands = typer.Typer()
SWAPPED = "coordinate.axes_swapped"


@commands.command(
    "datum",
    help=both(
        "对照道路，看文件有无 GCJ-02、BD-09、投影带等偏移；按要求纠正",
        "Hold a file against the roads for a shift by GCJ-02, BD-09 or a wrong zone; correct it when asked",
    ),
)
@answering
def datum(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=both("要核对的文件", "The file to look at"))],
    roads: Annotated[Path, typer.Option("--roads", help=both("位置可靠的道路", "Roads whose place is right"))],
    *,
    mend: inputs.MendOption = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help=both("写入纠正后的图层", "Write the corrected layer to this file")),
    ] = None,
    layer: inputs.LayerOption = None,
    roads_layer: inputs.RoadsLayerOption = None,
    crs: inputs.CrsOption = None,
    encoding: inputs.EncodingOption = None,
    grid: inputs.GridOption = None,
    points: inputs.PointsOption = None,
    check: Annotated[
        bool, typer.Option("--check", help=both("有偏移时以 1 结束", "End with 1 where the layer is off"))
    ] = False,
    faults: inputs.FaultsOption = None,
) -> None:
    """Print what is seen; with ``--mend-datum`` and ``-o`` write the corrected layer, and print what is seen of it."""
    from geo.formats import check_ending, write
    from survey.datum_watch import watch_datum

    if (mend is None) != (out is None):
        raise BadInputError([_both_or_none()])
    if out is not None:
        check_ending(out)
    options = inputs.asked(layer, crs, encoding, None, None, grid, faults=faults, points=points, mend=mend)
    try:
        table = inputs.read_layer(file, "", options)
    except BadInputError as error:
        raise _as_one(error, file.name) from error
    network = inputs.read_layer(roads, "", options.besides(roads_layer))
    settled = inputs.in_grid(network, grid)[1]
    with progress("核对坐标", "checking the datum"):
        report = watch_datum(table.frame, network.frame, settled)
    _show(report, file.name)
    if out is not None:
        write({file.stem: table.frame}, out)
    if check and report.is_wrong:
        raise typer.Exit(FINDINGS)


def _show(report: DatumReport, name: str) -> None:
    columns = words("结论,向东 m,向北 m,偏移 m,倍数,要素", "verdict,east m,north m,off by m,ratio,features").split(",")
    known = report.is_wrong
    east, north = (report.east_m, report.north_m) if known else (None, None)
    row = (report.kind, east, north, report.size_m if known else None, report.ratio, report.features)
    show_table(f"{name} · {report.fault().sentence(language())}", columns, [row])


def _as_one(error: BadInputError, name: str) -> BadInputError:
    """Return one fault in place of one for each feature, where all that is wrong is that all axes are swapped."""
    features = {fault.feature for fault in error.faults if fault.code == SWAPPED}
    if any(fault.code != SWAPPED for fault in error.faults):
        return error
    one = Fault(
        "datum.swapped",
        f"横纵坐标颠倒，北坐标在前（{len(features)} 个要素）",
        f"northings stand before eastings, in {len(features)} features",
        "核对后用 --mend-datum=swap -o 文件 纠正；不会自动改动",
        "check, then correct it with --mend-datum=swap -o FILE; nothing is changed by itself",
        file=name,
    )
    return BadInputError([one])


def _both_or_none() -> Fault:
    return Fault(
        "datum.mend_and_out",
        "纠正需要同时给出 --mend-datum 和 -o",
        "a correction needs both --mend-datum and -o",
        "只核对时两者都不给",
        "leave both out to look only",
    )
