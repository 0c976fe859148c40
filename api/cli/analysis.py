"""`cotrench trenches` and `cotrench measure`: files in, files out."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import inputs
from api.cli.language import both
from api.cli.policies import DEFAULT_POLICY, OnOption, PolicyOption, day
from api.cli.provinces import ClusterOption, MemoryOption, WorkersOption, workers_of, write_in_tiles
from api.cli.reporting import FINDINGS, answering, progress, show_table, words

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.partition.tasks import Limits
    from survey.provinces import Written

commands = typer.Typer()
RoutesArgument = Annotated[
    Path, typer.Argument(metavar="ROUTES", help=both("规划管线文件", "File of the planned routes"))
]


@commands.command(
    "trenches",
    help=both("找出并行管段和可同沟的沟段", "Find the stretches that run side by side, and the trenches to share"),
)
@answering
def trenches(
    routes: RoutesArgument,
    out: inputs.OutOption,
    *,
    distance: Annotated[float, typer.Option(min=0, help=both("相距不超过（米）", "No farther apart than (m)"))] = 3.0,
    bearing: Annotated[
        float, typer.Option(min=0, max=90, help=both("方向相差不超过（度）", "Directions differ by no more than (°)"))
    ] = 15.0,
    min_length: Annotated[float, typer.Option(min=0, help=both("最短并行长度（米）", "Shortest run (m)"))] = 10.0,
    bridge: Annotated[
        float, typer.Option(min=0, help=both("小于此间断则相连（米）", "Join runs closer than (m)"))
    ] = 5.0,
    max_width: Annotated[
        float, typer.Option(min=0, help=both("沟内外侧线最大间距（米）", "Outer lines of a trench at most (m) apart"))
    ] = 4.5,
    same_utility: Annotated[
        bool, typer.Option("--same-utility", help=both("同类管线也比较", "Compare lines of one utility too"))
    ] = False,
    workers: WorkersOption = 0,
    memory: MemoryOption = None,
    cluster: ClusterOption = None,
    layer: inputs.LayerOption = None,
    crs: inputs.CrsOption = None,
    encoding: inputs.EncodingOption = None,
    maps: inputs.MapOption = None,
    values: inputs.ValuesOption = None,
    grid: inputs.GridOption = None,
    skip_bad: inputs.SkipOption = False,
    faults: inputs.FaultsOption = None,
) -> None:
    """Write the layers ``runs`` and ``trenches``."""
    from geo.formats import check_ending
    from geo.partition.tasks import Limits

    check_ending(out)
    options = inputs.asked(layer, crs, encoding, maps, values, grid, skip_bad=skip_bad, faults=faults)
    limits = Limits(distance, bearing, min_length, bridge, max_width, same_utility)
    crew = workers_of(workers, memory, cluster, [routes], out)
    started = time.perf_counter()
    if crew is not None:
        written = write_in_tiles(routes, out, limits, crew, options)
    else:
        written = _written_at_once(routes, out, limits, workers or os.cpu_count() or 1, options)
    took = time.perf_counter() - started
    columns = words("图层,要素,长度 m,可省开挖 m,文件", "layer,features,length m,saved m,file").split(",")
    rows = [
        ("runs", written.n_runs, written.runs_m, None, written.runs.name),
        ("trenches", written.n_trenches, written.trenches_m, written.saved_m, written.trenches.name),
    ]
    code = written.grid.code[:40]
    title = words(f"{written.routes} 条管线，{code}，{took:.2f} 秒", f"{written.routes} routes, {code}, {took:.2f} s")
    show_table(title, columns, rows)


def _written_at_once(routes: Path, out: Path, limits: Limits, threads: int, options: inputs.Asked) -> Written:
    """Write both layers of a file that fits into memory."""
    from geo.formats import write
    from survey.opportunities import runs_and_trenches
    from survey.provinces import Written

    table = inputs.read_layer(routes, "routes", options)
    placed, settled = inputs.in_grid(table, options.grid)
    with progress("计算", "computing"):
        runs, shared = runs_and_trenches(
            placed, distance=limits.distance, bearing=limits.bearing, min_length=limits.min_length,
            bridge=limits.bridge, max_width=limits.max_width, same_utility=limits.same_group, workers=threads,
        )  # fmt: skip
    files = write({"runs": runs, "trenches": shared}, out)
    sums = [float(layer[name].sum()) for layer, name in ((runs, "length_m"), (shared, "length_m"), (shared, "saved_m"))]
    return Written(files[0], files[-1], len(placed), settled, len(runs), sums[0], len(shared), *sums[1:])


@commands.command(
    "measure", help=both("量算每条管线并按政策给出结论", "Measure every route and judge it by the county's rules")
)
@answering
def measure(
    routes: RoutesArgument,
    roads: Annotated[
        Path,
        typer.Option(
            "--roads", help=both("道路：车行道面，或带宽度的中线", "Roads: carriageways, or centre lines with a width")
        ),
    ],
    out: inputs.OutOption,
    *,
    greens: Annotated[Path | None, typer.Option("--greens", help=both("绿地面", "Polygons of green"))] = None,
    policy: PolicyOption = DEFAULT_POLICY,
    on: OnOption = None,
    layer: inputs.LayerOption = None,
    roads_layer: inputs.RoadsLayerOption = None,
    greens_layer: inputs.GreensLayerOption = None,
    crs: inputs.CrsOption = None,
    encoding: inputs.EncodingOption = None,
    maps: inputs.MapOption = None,
    values: inputs.ValuesOption = None,
    grid: inputs.GridOption = None,
    skip_bad: inputs.SkipOption = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help=both("有非告知承诺的结论时以 1 结束", "End with 1 where a route is no commitment")
        ),
    ] = False,
    faults: inputs.FaultsOption = None,
) -> None:
    """Write the layers ``routes`` and ``crossings``."""
    from geo.formats import check_ending, to_grid, write
    from survey.assessments import measure_frame
    from survey.policies import load_policy

    check_ending(out)
    when, rules = day(on), load_policy(policy)
    options = inputs.asked(layer, crs, encoding, maps, values, grid, skip_bad=skip_bad, faults=faults)
    read = inputs.read_together(
        {"routes": (routes, options), "roads": (roads, options.besides(roads_layer))}
        | ({"greens": (greens, options.besides(greens_layer))} if greens else {})
    )
    placed, settled = inputs.in_grid(read["routes"], grid)
    around = {name: to_grid(read[name].frame, settled) for name in ("roads", "greens") if name in read}
    started = time.perf_counter()
    with progress("量算", "measuring"):
        measured, crossings = measure_frame(placed, around["roads"], around.get("greens"), rules, when, settled)
    took = time.perf_counter() - started
    write({"routes": measured, "crossings": crossings}, out)
    _show_verdicts(measured, f"{rules.document} · {when} · {settled.code[:40]} · {took:.2f} s")
    if check and (measured["verdict"] != "commitment").any():
        raise typer.Exit(FINDINGS)


def _show_verdicts(measured: gpd.GeoDataFrame, title: str) -> None:
    """Print a row for each verdict that was given: how many routes, how long, how much road and green."""
    from survey.policies import VERDICTS

    sums = measured.groupby("verdict", sort=False)[["length_m", "crossing_m", "along_m", "green_m2"]].sum()
    rows = [
        (words(*VERDICTS[verdict]), int((measured["verdict"] == verdict).sum()), *map(float, values))
        for verdict, values in zip(sums.index, sums.to_numpy(), strict=True)
    ]
    columns = words(
        "结论,管线,长度 m,穿路 m,沿路 m,占绿 m²", "verdict,routes,length m,crossing m,along m,green m²"
    ).split(",")
    show_table(title, columns, rows)
