"""`cotrench import` and `export`: rows into the store and out of it."""

from __future__ import annotations

import datetime as dt
import getpass
from pathlib import Path  # noqa: TC003 - Typer reads annotations at run time
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import inputs
from api.cli.language import both
from api.cli.reporting import answering, progress, say, show_faults, show_notes, show_table, words
from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    import geopandas as gpd

    from api.db.store import Store
    from geo.crs import Grid
    from geo.formats import Table

commands = typer.Typer()
LayerArgument = Annotated[
    str,
    typer.Argument(
        metavar="LAYER",
        help="routes roads greens buildings sites pipes trees parcels waters",
    ),
]


def opened() -> Store:
    """Return the store of the settings, its tables current."""
    from api.db.store import open_store
    from api.settings import chosen

    settings = chosen()
    store = open_store(settings.database_url, settings.data)
    store.upgrade()
    return store


def whoever() -> str:
    """Return who writes from the command line: the account of the machine."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return "cli"


@commands.command(
    "import", help=both("把文件导入数据库：有一行不合格就都不导入", "Bring a file into the store: all rows or none")
)
@answering
def import_(
    layer: LayerArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=both("要导入的文件", "The file to read"))],
    *,
    file_layer: inputs.LayerOption = None,
    crs: inputs.CrsOption = None,
    encoding: inputs.EncodingOption = None,
    maps: inputs.MapOption = None,
    values: inputs.ValuesOption = None,
    points: inputs.PointsOption = None,
    grid: inputs.GridOption = None,
    mend: inputs.MendOption = None,
    policy: Annotated[
        str | None,
        typer.Option(
            "--policy", metavar="ID", help=both("新库所属县的政策编号", "Policy of the county, for a new store")
        ),
    ] = None,
    skip_bad: inputs.SkipOption = False,
    faults: inputs.FaultsOption = None,
) -> None:
    """Read, check, bring to the county's grid, and store."""
    from api.cli.kinds import check_layer

    check_layer(layer)
    options = inputs.asked(
        file_layer, crs, encoding, maps, values, grid, skip_bad=skip_bad, faults=faults, points=points, mend=mend
    )
    table = inputs.read_layer(file, layer, options)
    with opened() as store:
        placed, settled = inputs.in_grid(table, _county_grid(store, grid))
        _watch_datum(store, layer, table, settled)
        rows, left_out = stored_columns(placed, layer)
        with store.transaction():
            _settle_county(store, settled, policy)
            rows = _without_existing(store, layer, rows, options)
            with progress("导入", "importing") as bar:
                count = store.import_frame(layer, rows, bar, who=whoever(), now=dt.datetime.now(dt.UTC))
    if left_out:
        names = ", ".join(left_out)
        say(words(f"· 未保存的字段：{names}", f"· columns that are not kept: {names}"), errors=True)
    columns = words("图层,读入,导入,略过,坐标系", "layer,read,imported,left out,grid").split(",")
    row = (layer, table.rows_read, count, table.rows_read - count, settled.code[:40])
    show_table(file.name, columns, [row])


def _watch_datum(store: Store, layer: str, table: Table, grid: Grid) -> None:
    """Warn where the layer lies beside the county's roads; nothing is changed, and nothing held back."""
    if layer == "roads" or store.county is None or not len(table.frame):
        return
    roads = store.frame("roads")
    if not len(roads):
        return
    from survey.datum_watch import watch_datum

    with progress("核对坐标", "checking the datum"):
        report = watch_datum(table.frame, roads, grid)
    if report.is_wrong:
        show_notes([report.fault().at(layer=layer)])


def _county_grid(store: Store, asked: str | None) -> str | None:
    county = store.county
    if county is None:
        return asked
    if asked is not None and not _same_grid(asked, county.grid):
        fault = Fault(
            "grid.conflict",
            f"本库的坐标系是 {county.grid[:40]}",
            f"the store is in {county.grid[:40]}",
            "去掉 --grid：导入时自动转换",
            "leave --grid out: rows are brought to it",
            value=asked,
        )
        raise BadInputError([fault])
    return county.grid


def _same_grid(one: str, other: str) -> bool:
    from geo.crs import grid

    return grid(one) == grid(other)


def _settle_county(store: Store, grid: Grid, policy: str | None) -> None:
    """Give an empty store the grid of the first file, and the county of the policy where one is named."""
    from api.db.records import County
    from survey.policies import load_policy

    rules = load_policy(policy) if policy else None
    if store.county is None:
        name_zh, name_en = (rules.county_zh, rules.county_en) if rules else ("本县", "County")
        store.county = County(policy or "county", name_zh, name_en, grid.code, policy)
        say(words(f"· 新库，坐标系定为 {grid.code[:60]}", f"· a new store; its grid is {grid.code[:60]}"), errors=True)


def stored_columns(frame: gpd.GeoDataFrame, layer: str) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return the frame with the layer's own columns only, and the names of the others."""
    from api.db.tables import LAYERS

    kept = {"id", *LAYERS[layer].columns, frame.geometry.name}
    others = [str(name) for name in frame.columns if name not in kept]
    out = frame.drop(columns=others)
    out["id"] = out["id"].astype(str)
    return (out if out.geometry.name == "geometry" else out.rename_geometry("geometry")), others


def _without_existing(store: Store, layer: str, rows: gpd.GeoDataFrame, options: inputs.Asked) -> gpd.GeoDataFrame:
    """Refuse ids that are stored already, or leave those rows out where bad rows are to be skipped."""
    stored = {row.id for row in store.rows(layer, rows["id"].tolist())}
    if not stored:
        return rows
    faults = [
        Fault(
            "id.exists",
            "编号已在库中",
            "the id is in the store already",
            "换一个编号；若是更新，请在地图上修改或先删除",
            "give it another; to change the stored one, edit it on the map",
            layer=layer,
            feature=one,
            field="id",
        )
        for one in rows["id"]
        if one in stored
    ]
    if not options.skip_bad:
        raise BadInputError(faults)
    show_faults(faults)
    return rows[~rows["id"].isin(stored)]


@commands.command("export", help=both("把数据库的一个图层写成文件", "Write a layer of the store to a file"))
@answering
def export(
    layer: LayerArgument,
    out: inputs.OutOption,
    *,
    grid: inputs.GridOption = None,
) -> None:
    """Write every current row of a layer, in the county's grid unless another is asked for."""
    from api.cli.kinds import check_layer
    from geo.crs import grid as grid_of
    from geo.formats import check_ending, to_grid, write

    check_layer(layer)
    check_ending(out)
    with opened() as store:
        frame = store.frame(layer)
    if grid is not None:
        frame = to_grid(frame, grid_of(grid))
    written = write({layer: frame}, out)
    show_table(words("已导出", "Exported"), words("图层,要素,文件", "layer,features,file").split(","), [
        (layer, len(frame), ", ".join(str(path) for path in written))
    ])  # fmt: skip
