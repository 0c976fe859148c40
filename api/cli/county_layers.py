"""Take a county's layers from files or from the store, and find what is about them, for every command that shows it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, overload

import typer

from api.cli import inputs
from api.cli.database import opened
from api.cli.language import both
from api.cli.reporting import progress, show_notes
from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd

    from geo.crs import Grid
    from survey.finding_columns import Findings
    from survey.findings import Finding
    from survey.policies import Policy

RoutesFile = Annotated[
    Path | None,
    typer.Argument(
        metavar="[ROUTES]", help=both("规划管线文件；不给则取自数据库", "File of routes; else the store's layers")
    ),
]
#: Layers besides the routes, each with the option that names its file.
OTHERS: Mapping[str, Any] = {
    "roads": inputs.file_option("roads", "道路文件", "File of roads"),
    "greens": inputs.file_option("greens", "绿地文件", "File of greens"),
    "buildings": inputs.file_option("buildings", "建筑文件", "File of buildings"),
    "sites": inputs.file_option("sites", "项目文件", "File of sites"),
    "pipes": inputs.file_option("pipes", "现状管线文件", "File of pipes in the ground"),
    "trees": inputs.file_option("trees", "树木文件", "File of trees"),
    "parcels": inputs.file_option("parcels", "地块文件", "File of parcels"),
    "waters": inputs.file_option("waters", "水系文件", "File of rivers and ponds"),
}
#: How files are read: the parameters of `api.cli.inputs.asked`, with their options.
READING: Mapping[str, Any] = {
    "layer": inputs.LayerOption,
    "crs": inputs.CrsOption,
    "encoding": inputs.EncodingOption,
    "maps": inputs.MapOption,
    "values": inputs.ValuesOption,
    "grid": inputs.GridOption,
    "skip_bad": inputs.SkipOption,
    "faults": inputs.FaultsOption,
}
GIVEN = "given"


@dataclass(frozen=True, slots=True)
class LayerFiles:
    """Files that a command was given, by the layer that each holds, and how they are read."""

    files: Mapping[str, Path]
    asked: inputs.Asked

    def besides(self, name: str, path: Path | None) -> LayerFiles:
        """Return them with one more file; as they are where it is None."""
        return self if path is None else replace(self, files={**self.files, name: path})


def taking_layers(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options for the files of layers, as its parameter ``given`` (`LayerFiles`).

    In its help they stand where that parameter stands; those of reading come last.
    """
    told = inspect.signature(command, eval_str=True)

    @functools.wraps(command)
    def taken(**options: Any) -> None:  # noqa: ANN401 - what Typer has read
        files = {name: path for name in OTHERS if (path := options.pop(name)) is not None}
        asked = inputs.asked(**{name: options.pop(name) for name in READING})
        command(given=LayerFiles(files, asked), **options)

    own = list(told.parameters.values())
    at = [one.name for one in own].index(GIVEN)
    files = [_option(name, Annotated[Path | None, option]) for name, option in OTHERS.items()]
    reading = [_option(name, kind, False if name == "skip_bad" else None) for name, kind in READING.items()]
    parameters = [*own[:at], *files, *own[at + 1 :], *reading]
    taken.__signature__ = told.replace(parameters=parameters)  # type: ignore[attr-defined]  # Typer reads it
    return taken


def _option(name: str, kind: Any, default: bool | None = None) -> inspect.Parameter:  # noqa: ANN401 - Annotated
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)


def county_layers(routes: Path | None, given: LayerFiles) -> tuple[dict[str, gpd.GeoDataFrame], Grid, dict[str, str]]:
    """Return the layers of the files, else of the store; their grid; and what was accepted (`stored_layers`)."""
    if routes is None and not given.files:
        return stored_layers()
    return (*from_files(routes, given), {})


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


def from_files(routes: Path | None, given: LayerFiles) -> tuple[dict[str, gpd.GeoDataFrame], Grid]:
    """Read the files; the grid is that of the first of them, routes before roads before the rest."""
    from geo.formats import to_grid

    files = {"routes": (routes, given.asked)} if routes else {}
    files |= {name: (path, given.asked.besides(None)) for name, path in given.files.items()}
    tables = inputs.read_together(files)
    first = next(iter(tables.values()))
    _, settled = inputs.in_grid(first, given.asked.grid)
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
