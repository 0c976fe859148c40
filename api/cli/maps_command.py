"""`cotrench field-map`: one HTML file, of files or of the store, that opens with no network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, overload

import typer

from api.cli import inputs
from api.cli.database import opened
from api.cli.language import both, language
from api.cli.policies import DEFAULT_POLICY, OnOption, PolicyOption, day
from api.cli.reporting import answering, progress, show_notes, show_table, words, write_refused
from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    import geopandas as gpd

    from geo.crs import Grid
    from survey.finding_columns import Findings
    from survey.findings import Finding
    from survey.policies import Policy

commands = typer.Typer()
#: Layers a map may show besides the routes.
OTHERS = ("roads", "greens", "buildings", "sites", "pipes", "trees", "parcels", "waters")
RoadsFile = Annotated[Path | None, inputs.file_option("roads", "道路文件", "File of roads")]
GreensFile = Annotated[Path | None, inputs.file_option("greens", "绿地文件", "File of greens")]
BuildingsFile = Annotated[Path | None, inputs.file_option("buildings", "建筑文件", "File of buildings")]
SitesFile = Annotated[Path | None, inputs.file_option("sites", "项目文件", "File of sites")]
PipesFile = Annotated[Path | None, inputs.file_option("pipes", "现状管线文件", "File of pipes in the ground")]
TreesFile = Annotated[Path | None, inputs.file_option("trees", "树木文件", "File of trees")]
ParcelsFile = Annotated[Path | None, inputs.file_option("parcels", "地块文件", "File of parcels")]
WatersFile = Annotated[Path | None, inputs.file_option("waters", "水系文件", "File of rivers and ponds")]


@commands.command(
    "field-map",
    help=both("生成离线踏勘图（一个 HTML 文件）", "Make the offline survey map: one HTML file that needs no network"),
)
@answering
def field_map(
    out: Annotated[Path, typer.Option("-o", "--out", help=both("结果文件 .html", "File to write: .html"))],
    routes: Annotated[
        Path | None,
        typer.Argument(
            metavar="[ROUTES]", help=both("规划管线文件；不给则取自数据库", "File of routes; else the store's layers")
        ),
    ] = None,
    *,
    roads: RoadsFile = None,
    greens: GreensFile = None,
    buildings: BuildingsFile = None,
    sites: SitesFile = None,
    pipes: PipesFile = None,
    trees: TreesFile = None,
    parcels: ParcelsFile = None,
    waters: WatersFile = None,
    title: Annotated[str | None, typer.Option("--title", help=both("图名", "Title of the map"))] = None,
    findings: Annotated[
        bool,
        typer.Option(
            "--findings/--no-findings",
            help=both(
                "图上编号标出冲突（默认），或不标", "Number the conflicts on the map (the default), or leave them out"
            ),
        ),
    ] = True,
    policy: PolicyOption = DEFAULT_POLICY,
    on: OnOption = None,
    layer: inputs.LayerOption = None,
    crs: inputs.CrsOption = None,
    encoding: inputs.EncodingOption = None,
    maps: inputs.MapOption = None,
    values: inputs.ValuesOption = None,
    grid: inputs.GridOption = None,
    skip_bad: inputs.SkipOption = False,
    faults: inputs.FaultsOption = None,
) -> None:
    """Read or take the layers, assess every route, find what conflicts, draw."""
    from maps.field_map import write_field_map
    from survey.policies import load_policy

    _check_html(out)
    when, rules = day(on), load_policy(policy)
    paths = dict(zip(OTHERS, (roads, greens, buildings, sites, pipes, trees, parcels, waters), strict=True))
    given = {name: path for name, path in paths.items() if path is not None}
    options = inputs.asked(layer, crs, encoding, maps, values, grid, skip_bad=skip_bad, faults=faults)
    if routes is None and not given:
        layers, settled, accepted = stored_layers()
    else:
        (layers, settled), accepted = from_files(routes, given, options), {}
    answers = assessed(layers, settled, rules, when)
    found = conflicts_of(layers, settled, rules, when, accepted) if findings else ()
    heading = title or words(f"{rules.county_zh}联合踏勘图", f"{rules.county_en}: joint survey")
    lines = [f"{words(rules.county_zh, rules.county_en)} · {rules.document}", f"{when} · {settled.name}"]
    try:
        write_field_map(
            layers, out, title=heading, grid=settled, assessments=answers, findings=found, lines=lines,
            language=language(),
        )  # fmt: skip
    except OSError as error:
        raise write_refused(out, error) from error
    rows = [(name, len(frame)) for name, frame in layers.items()]
    if findings:
        rows.append(("findings", len(found)))
    show_table(f"{out} · {out.stat().st_size / 1e6:.1f} MB", words("图层,要素", "layer,features").split(","), rows)


def _check_html(out: Path) -> None:
    if out.suffix.lower() not in (".html", ".htm"):
        fault = Fault(
            "write.unknown_ending", "踏勘图是 .html 文件", "the map is an .html file", "改扩展名", "name it .html"
        )
        raise BadInputError([fault.at(file=out.name)])


def stored_layers() -> tuple[dict[str, gpd.GeoDataFrame], Grid, dict[str, str]]:
    """Return the store's layers, its grid, and the facts under which findings were accepted, by their id."""
    from api.db import acceptances
    from geo.crs import grid as grid_of

    with opened() as store:
        county = store.county
        accepted = {name: one.facts for name, one in acceptances.current(store).items()}
        layers = {name: store.frame(name) for name in ("routes", *OTHERS)} if county else {}
    layers = {name: frame for name, frame in layers.items() if len(frame)}
    if county is None or not layers:
        fault = Fault(
            "store.empty",
            "数据库是空的",
            "the store is empty",
            "先用 cotrench import 导入，或指定文件",
            "bring rows in with cotrench import, or name files",
        )
        raise BadInputError([fault])
    return layers, grid_of(county.grid), accepted


def from_files(
    routes: Path | None, others: dict[str, Path], options: inputs.Asked
) -> tuple[dict[str, gpd.GeoDataFrame], Grid]:
    """Read the files; the grid is that of the first of them, routes before roads before the rest."""
    from geo.formats import to_grid

    files = {"routes": (routes, options)} if routes else {}
    files |= {name: (path, options.besides(None)) for name, path in others.items()}
    tables = inputs.read_together(files)
    first = next(iter(tables.values()))
    _, settled = inputs.in_grid(first, options.grid)
    return {name: to_grid(table.frame, settled) for name, table in tables.items()}, settled


class _Open(Sequence["Finding"]):
    """The findings that nobody accepted as they are now, in their order; each is made when it is asked for."""

    def __init__(self, found: Findings, accepted: Mapping[str, str]) -> None:
        table = found.frame()
        settled = [accepted.get(name) == facts for name, facts in zip(table["id"], table["facts"], strict=True)]
        self._found, self._rows = found, [row for row, done in enumerate(settled) if not done]

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> list[Finding]: ...
    def __getitem__(self, index: int | slice) -> Finding | list[Finding]:
        if isinstance(index, slice):
            return [self._found[row] for row in self._rows[index]]
        return self._found[self._rows[index]]


def conflicts_of(
    layers: dict[str, gpd.GeoDataFrame], grid: Grid, rules: Policy, when: dt.date, accepted: Mapping[str, str]
) -> Sequence[Finding]:
    """Return what the routes conflict with, of the layers that are on the map; nothing without routes."""
    from survey.conflicts import find_conflicts

    if "routes" not in layers:
        return ()
    around = {name: layers[name] for name in ("pipes", "roads", "buildings", "trees") if name in layers}
    with progress("查找冲突", "finding conflicts"):
        found = find_conflicts(layers["routes"], **around, policy=rules, on=when, grid=grid)
    show_notes(found.faults)
    return _Open(found, accepted) if accepted else found


def assessed(
    layers: dict[str, gpd.GeoDataFrame], grid: Grid, rules: Policy, when: dt.date
) -> list[dict[str, Any]] | None:
    """Return the assessment of every route, in order; None where there is no road or green to measure it in."""
    from survey.assessments import County, assess
    from survey.planned import PlannedRoutes
    from survey.surroundings import Surroundings

    if "routes" not in layers or not ("roads" in layers or "greens" in layers):
        return None
    around = Surroundings.from_frames(layers.get("roads"), layers.get("greens"), grid, rules.defaults)
    routes = layers["routes"]
    county = County(grid, rules, around, PlannedRoutes(routes, rules.defaults))
    answers = []
    with progress("评估", "assessing", len(routes)) as bar:
        for number, properties in enumerate(routes.drop(columns=routes.geometry.name).to_dict("records")):
            plain = {name: value for name, value in properties.items() if value is not None and value == value}  # noqa: PLR0124 - NaN is not itself
            feature = {"type": "Feature", "geometry": routes.geometry.iloc[number], "properties": plain}
            answers.append(assess(feature, county, on=when, crs=grid.code))
            bar(number + 1, len(routes))
    return answers
