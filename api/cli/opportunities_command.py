"""`cotrench opportunities`: each chance to share a trench, what it saves and what stands in its way."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import inputs
from api.cli.analysis import RoutesArgument  # noqa: TC001 - Typer reads annotations at run time
from api.cli.language import both, language
from api.cli.policies import DEFAULT_POLICY, OnOption, PolicyOption, day
from api.cli.reporting import answering, progress, say, show_table, words
from api.cli.texts import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geo.crs import Grid
    from geo.formats import Table
    from survey.opportunities import Opportunity
    from survey.surroundings import Surroundings

commands = typer.Typer()
MOST_SAID = 8
ChancesOut = Annotated[
    Path,
    typer.Option(
        "-o", "--out",
        help=both(
            "结果文件：.gpkg .geojson .parquet .csv .xlsx，或汇总 .pdf",
            "File to write: .gpkg .geojson .parquet .csv .xlsx, or the summary as .pdf",
        ),
    ),
]  # fmt: skip


@commands.command(
    "opportunities",
    help=both(
        "列出同沟机会：谁和谁、省多少、工期能否重叠、有何障碍",
        "List the chances to share a trench: who, what it saves, whether windows meet, what stands in the way",
    ),
)
@answering
def opportunities(
    routes: RoutesArgument,
    out: ChancesOut,
    *,
    roads: Annotated[Path | None, inputs.file_option("roads", "道路文件", "File of roads")] = None,
    greens: Annotated[Path | None, inputs.file_option("greens", "绿地文件", "File of greens")] = None,
    policy: PolicyOption = DEFAULT_POLICY,
    on: OnOption = None,
    costs: Annotated[
        Path | None,
        inputs.file_option("costs", "本县单价（TOML）", "Unit costs of the county (TOML)"),
    ] = None,
    planning: Annotated[
        Path | None,
        inputs.file_option("planning", "本县规划取值（TOML）", "Planning values of the county (TOML)"),
    ] = None,
    layer: inputs.LayerOption = None,
    roads_layer: inputs.RoadsLayerOption = None,
    greens_layer: inputs.GreensLayerOption = None,
    crs: inputs.CrsOption = None,
    encoding: inputs.EncodingOption = None,
    maps: inputs.MapOption = None,
    values: inputs.ValuesOption = None,
    grid: inputs.GridOption = None,
    skip_bad: inputs.SkipOption = False,
    faults: inputs.FaultsOption = None,
) -> None:
    """Write the layer ``opportunities``, or the summary of the chances."""
    from api.layer_files import check_print_or_layers
    from api.opportunity_files import write_opportunities
    from survey.opportunities import known_costs, known_planning, opportunities_of
    from survey.opportunities.county_data import parse_costs, parse_planning

    check_print_or_layers(out)
    when = day(on)
    priced = known_costs() if costs is None else parse_costs(text_of(costs), costs.name)
    planned = known_planning() if planning is None else parse_planning(text_of(planning), planning.name)
    options = inputs.asked(layer, crs, encoding, maps, values, grid, skip_bad=skip_bad, faults=faults)
    around = {"roads": (roads, roads_layer), "greens": (greens, greens_layer)}
    files = {"routes": (routes, options)} | {
        name: (path, options.besides(theirs)) for name, (path, theirs) in around.items() if path is not None
    }
    read = inputs.read_together(files)
    placed, settled = inputs.in_grid(read["routes"], options.grid)
    started = time.perf_counter()
    with progress("查找", "finding"):
        surroundings = _surroundings(read, settled, policy)
        found = opportunities_of(
            placed, surroundings, on=when, costs=priced, planning=planned, workers=os.cpu_count() or 1
        )  # fmt: skip
    shapes = () if surroundings is None else surroundings.facts.shapes
    write_opportunities(found, None, out, crs=settled.crs, issued=when, roads=shapes, language=language())
    _show(found, f"{len(placed)} · {when} · {settled.code[:40]} · {time.perf_counter() - started:.2f} s")
    if "operator" in placed:
        _show_spellings(placed["operator"].dropna().astype(str))


def _show_spellings(operators: Iterable[str]) -> None:
    """Print which operators may be one company in several spellings; each has answered as a party by itself."""
    from survey.opportunities import suggested_spellings

    found = suggested_spellings(operators)
    for group in found[:MOST_SAID]:
        names = " / ".join(group.names)
        said = words(f"可能是同一单位的几种写法（未合并，请核对）：{names}",
                     f"perhaps one company in several spellings (not merged, please check): {names}")  # fmt: skip
        say(said, errors=True)
    more = len(found) - MOST_SAID
    if more > 0:
        say(words(f"……另有 {more} 组，改好以上各组后再运行即可看到",
                  f"… and {more} more: they come when these are written alike"), errors=True)  # fmt: skip


def _surroundings(read: Mapping[str, Table], grid: Grid, policy: str) -> Surroundings | None:
    """Return roads and greens in the grid; None where neither file is given."""
    from geo.formats import to_grid
    from survey.policies import load_policy
    from survey.surroundings import Surroundings

    roads, greens = (to_grid(read[name].frame, grid) if name in read else None for name in ("roads", "greens"))
    if roads is None and greens is None:
        return None
    return Surroundings.from_frames(roads, greens, grid, load_policy(policy).defaults)


def _show(found: Sequence[Opportunity], title: str) -> None:
    """Print a row for each way the windows stand to each other, and the most worthwhile chances."""
    from maps.opportunities_map import MEETINGS

    rows = []
    for state, names in MEETINGS.items():
        own = [one for one in found if one.meeting.state == state]
        money = [one.savings.money for one in own]
        saved = [round(sum(getattr(one, end) or 0.0 for one in money) / 10_000, 1) for end in ("low", "high")]
        rows.append((words(*names), len(own), round(sum(one.saved_m for one in own), 1), *saved))
    columns = words("工期,机会,可省开挖 m,万元（低）,万元（高）", "windows,chances,saved m,10k yuan low,high")
    show_table(title, columns.split(","), rows)
    for one in found[:MOST_SAID]:
        where = "、".join(street.name for street in one.streets) or "—"
        who = " + ".join(one.routes)
        say(words(f"{who} · {where} · 同沟 {one.shared_m:.0f} m，省挖 {one.saved_m:.0f} m",
                  f"{who} · {where} · shared {one.shared_m:.0f} m, saved {one.saved_m:.0f} m"))  # fmt: skip
    if len(found) > MOST_SAID:
        more = len(found) - MOST_SAID
        say(words(f"……另有 {more} 处，见文件", f"… and {more} more: see the file"))
