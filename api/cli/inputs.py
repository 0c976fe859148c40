"""Read a layer the way every command does: the same options, the same checks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.language import both
from api.cli.reporting import progress, show_faults, show_notes
from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

    from geo.crs import Grid
    from geo.formats import Findings, Table

LayerOption = Annotated[
    str | None, typer.Option("--layer", help=both("文件中的图层名", "Layer of the file, where it has several"))
]
CrsOption = Annotated[
    str | None,
    typer.Option("--crs", help=both("文件未注明时的坐标系，如 EPSG:4546", "CRS where the file names none: EPSG:4546")),
]
EncodingOption = Annotated[
    str | None, typer.Option("--encoding", help=both("文字编码，如 gb18030", "Encoding of the text, such as gb18030"))
]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="OURS=THEIRS",
        help=both(
            "字段对应，如 start=Cb_Da，可重复", "Field of ours = column of the file, such as start=Cb_Da; repeat"
        ),
    ),
]
ValuesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--values",
        metavar="OURS:THEIRS=OUR,…",
        help=both(
            "取值对应，* 代表任意文字，如 utility:台電*=power,*瓦斯=gas，可重复",
            "Values of ours for theirs, * is any text: utility:台電*=power,*瓦斯=gas; repeat",
        ),
    ),
]
PointsOption = Annotated[
    Path | None,
    typer.Option(
        "--points",
        metavar="FILE",
        help=both("管线表（起点、终点）的点表", "Points that a table of pipes (start point, end point) refers to"),
    ),
]
MendOption = Annotated[
    str | None,
    typer.Option(
        "--mend-datum",
        metavar="HOW",
        help=both(
            "纠正偏移：gcj02、bd09、swap（横纵颠倒）、EPSG:4547（真正的坐标系）或 120,-35（移动米数）",
            "Correct a shift: gcj02, bd09, swap (x and y), EPSG:4547 (the system it is really in), 120,-35 (metres)",
        ),
    ),
]
RoadsLayerOption = Annotated[
    str | None, typer.Option("--roads-layer", help=both("道路文件的图层名", "Layer of the file of roads"))
]
GreensLayerOption = Annotated[
    str | None, typer.Option("--greens-layer", help=both("绿地文件的图层名", "Layer of the file of greens"))
]
GridOption = Annotated[
    str | None,
    typer.Option(
        "--grid",
        help=both("计算用坐标系，默认取自文件或位置", "Grid to compute in; else from the file or its location"),
    ),
]
SkipOption = Annotated[
    bool, typer.Option("--skip-bad", help=both("略过有问题的行并列出", "Leave faulty rows out, and list them"))
]
FaultsOption = Annotated[
    Path | None,
    typer.Option("--faults", metavar="FILE.csv", help=both("把全部问题写入此文件", "Write all faults to this file")),
]
OutOption = Annotated[
    Path,
    typer.Option(
        "-o",
        "--out",
        help=both("结果文件：.gpkg .geojson .parquet .csv", "File to write: .gpkg .geojson .parquet .csv"),
    ),
]


def file_option(name: str, zh: str, en: str) -> Any:  # noqa: ANN401 - what typer.Option returns
    """Return the option that names the file of a layer."""
    return typer.Option(f"--{name}", help=both(zh, en))


#: Names that layers of a kind are often given, taken without asking where a file holds several layers.
LAYER_NAMES = {
    "routes": ("routes", "route", "管线", "规划管线", "works"),
    "roads": ("roads", "road", "道路"),
    "greens": ("greens", "green", "绿地"),
    "buildings": ("buildings", "building", "建筑"),
    "sites": ("sites", "site", "项目"),
    "pipes": ("pipes", "pipe", "现状管线"),
    "trees": ("trees", "tree", "树木"),
    "parcels": ("parcels", "parcel", "地块"),
    "waters": ("waters", "water", "水系", "河流"),
}
METHODS = {
    "open_cut": ("open_cut", "开挖", "明挖", "直埋"),
    "pipe_jacking": ("pipe_jacking", "顶管"),
    "directional_drilling": ("directional_drilling", "定向钻", "拖拉管", "水平定向钻"),
}
CLASSES = {
    "expressway": ("expressway", "快速路"),
    "arterial": ("arterial", "主干路", "主干道"),
    "collector": ("collector", "次干路", "次干道"),
    "local": ("local", "支路"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command was told about its files."""

    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None
    field_map: Mapping[str, str] = field(default_factory=dict)
    value_map: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    grid: str | None = None
    skip_bad: bool = False
    faults: Path | None = None
    crs_is_default: bool = False
    points: Path | None = None
    mend: str | None = None

    def besides(self, layer: str | None) -> Asked:
        """Return what holds for another file of the same command: its own layer, no field map, its CRS if it names one.

        >>> Asked("a", field_map={"id": "no"}).besides(None).field_map
        {}
        """
        return replace(self, layer=layer, field_map={}, value_map={}, crs_is_default=True, points=None, mend=None)


def asked(
    layer: str | None,
    crs: str | None,
    encoding: str | None,
    maps: Sequence[str] | None,
    values: Sequence[str] | None,
    grid: str | None,
    *,
    skip_bad: bool = False,
    faults: Path | None = None,
    points: Path | None = None,
    mend: str | None = None,
) -> Asked:
    """Return the options of a command as one thing; refuse what cannot be understood, all at once."""
    wrong: list[Fault] = []
    field_map = dict(pair for text in maps or () if (pair := _pair(text, wrong)))
    value_map: dict[str, dict[str, str]] = {}
    for text in values or ():
        ours, colon, rest = text.partition(":")
        pairs = [pair for part in rest.split(",") if (pair := _value_pair(part))]
        if not colon or not ours or len(pairs) != len(rest.split(",")):
            wrong.append(malformed("--values", text, "utility:台電*=power,自來水=water"))
        value_map.setdefault(ours.strip(), {}).update(pairs)
    if wrong:
        raise BadInputError(wrong)
    return Asked(layer, crs, encoding, field_map, value_map, grid, skip_bad, faults, points=points, mend=mend)


def _pair(text: str, wrong: list[Fault]) -> tuple[str, str] | None:
    ours, equals, theirs = text.partition("=")
    if not equals or not ours.strip() or not theirs.strip():
        wrong.append(malformed("--map", text, "start=Cb_Da"))
        return None
    return ours.strip(), theirs.strip()


def _value_pair(text: str) -> tuple[str, str] | None:
    theirs, equals, ours = text.rpartition("=")
    return (theirs.strip(), ours.strip()) if equals and theirs.strip() and ours.strip() else None


def malformed(option: str, value: str, example: str) -> Fault:
    """Return the fault of an option whose text is not understood, with how it would be."""
    return Fault(
        "option.malformed",
        "看不懂的选项",
        "the option is not understood",
        f"写成 {option} {example}",
        f"write {option} {example}",
        field=option,
        value=value,
    )


def read_layer(path: Path, name: str, asked_for: Asked) -> Table:
    """Read a file that holds a layer called ``name`` here, check it, and print what was noticed.

    Parameters
    ----------
    path
        The file.
    name
        One of the stored layers: it decides geometry kinds, the columns checked, and layer names taken unasked.
    asked_for
        The command's options.

    Returns
    -------
    Table
        With a column ``id`` (else the row number, as text) and, for lines of utilities, ``utility`` as one of our keys.

    Raises
    ------
    BadInputError
        With every fault, unless ``skip_bad``; then they are listed and written to ``faults``.
    """
    from api.cli.kinds import kinds_of
    from geo.formats import read

    if asked_for.mend is not None:
        from survey.datum_mends import check_mend

        check_mend(asked_for.mend)
    with progress(f"读取 {path.name}", f"reading {path.name}"):
        table = read(
            path,
            layer=asked_for.layer,
            crs=asked_for.crs,
            crs_is_default=asked_for.crs_is_default,
            encoding=asked_for.encoding,
            field_map=asked_for.field_map,
            value_map=asked_for.value_map,
            kinds=kinds_of(name),
            prefer=LAYER_NAMES.get(name, ()),
            points=asked_for.points,
            check=checks_of(name),
            skip_bad=asked_for.skip_bad,
            swap_axes=_swaps(asked_for.mend),
        )
    if asked_for.mend is not None:
        table = _mended(table, asked_for.mend)
    show_notes(table.notes)
    if table.skipped:
        show_faults(table.skipped, asked_for.faults)
    frame = table.frame
    if "id" not in frame.columns:
        frame = frame.copy(deep=False)
        frame.insert(0, "id", frame.index.astype(str))
    return replace(table, frame=frame)


def _swaps(mend: str | None) -> bool:
    """Whether x and y are to be exchanged: before the checks, which refuse what stands the wrong way round."""
    return mend is not None and mend.lower() == "swap"


def _mended(table: Table, mend: str) -> Table:
    """Return the table with the correction that was asked for, and a note that says how far it moved the layer."""
    from survey.datum_mends import mend_datum, mended_note

    frame = table.frame if _swaps(mend) else mend_datum(table.frame, mend)
    return replace(table, frame=frame, notes=(*table.notes, mended_note(table.frame, frame, mend)))


def read_together(files: Mapping[str, tuple[Path, Asked]]) -> dict[str, Table]:
    """Read several files by the name of the layer each holds; the faults of all of them are raised together."""
    tables: dict[str, Table] = {}
    wrong: list[Fault] = []
    for name, (path, options) in files.items():
        try:
            tables[name] = read_layer(path, name, options)
        except BadInputError as error:
            wrong.extend(error.faults)
    if wrong:
        raise BadInputError(wrong)
    return tables


def in_grid(table: Table, grid: str | Grid | None) -> tuple[gpd.GeoDataFrame, Grid]:
    """Return a layer's frame in the grid asked for, else its own, else that of its place."""
    from geo.formats import settle_grid, to_grid

    settled = settle_grid(table.frame, grid)
    return to_grid(table.frame, settled), settled


def checks_of(name: str) -> Callable[[pd.DataFrame, Findings], None]:
    """Return the check of a layer's attributes that ``geo`` knows nothing about; it puts synonyms under our names."""

    def check(columns: pd.DataFrame, found: Findings) -> None:
        if name == "pipes":
            from survey.existing_pipes import settle

            settle(columns, found)
        if name in ("routes", "pipes"):
            _utilities(columns, found)
            _kinds_of_line(columns, found)
            _depths(columns, found)
        if name == "routes":
            _one_of(columns, "method", METHODS, found)
        if name == "roads":
            _one_of(columns, "class", CLASSES, found)

    return check


def _utilities(columns: pd.DataFrame, found: Findings) -> None:
    from survey.utilities import unknown_utility, utility_keys

    if "utility" not in columns.columns:
        fault = unknown_utility(None)
        mend_zh, mend_en = "用 --map utility=字段名 指定", "name its column with --map utility=…"
        found.fault(None, fault.at(mend_zh=f"{mend_zh}；{fault.mend_zh}", mend_en=f"{mend_en}; {fault.mend_en}"))
        return
    keys, faults = utility_keys(columns["utility"].astype(object).tolist())
    for fault in faults:
        found.fault(int(fault.feature or 0), fault.at(feature=None))
    columns["utility"] = keys


def _kinds_of_line(columns: pd.DataFrame, found: Findings) -> None:
    """Put the words of laying and subtype under ours.

    A laying that the standards do not tell apart (bored, overhead) is left open, and told; such a subtype stays.
    """
    from survey.subjects import LAYINGS, laying_key, subtype_key

    for name, key in (("laying", laying_key), ("subtype", subtype_key)):
        if name not in columns.columns:
            continue
        cells = columns[name].astype(object)
        said = cells.where(cells.notna(), None).tolist()
        keyed = {word: key(word) for word in set(said)}
        for row, word in enumerate(said):
            if name == "laying" and keyed[word] is None and str(word or "").strip():
                known = " ".join(LAYINGS)
                note = Fault(
                    "laying.open", "敷设方式按未填处理", "the way of laying is taken as not stated",
                    f"规范区分的有：{known}", f"the standards tell apart: {known}", field=name, value=str(word),
                )  # fmt: skip
                found.note(row, note)
        columns[name] = [keyed[word] if name == "laying" else keyed[word] or word for word in said]


def _depths(columns: pd.DataFrame, found: Findings) -> None:
    """Name covers of vertices that cannot be read; the other measures are checked by `geo.formats`."""
    from api.attributes import covers_of, unreadable_covers

    if "covers_m" in columns.columns:
        for row, said in enumerate(columns["covers_m"].astype(object).tolist()):
            if isinstance(said, str) and covers_of(said) is None:
                found.fault(row, unreadable_covers(said))


def _one_of(columns: pd.DataFrame, name: str, known: Mapping[str, Sequence[str]], found: Findings) -> None:
    """Put synonyms under our words; a blank stays unknown."""
    if name not in columns.columns:
        return
    ours = {word: key for key, synonyms in known.items() for word in synonyms}
    cells = columns[name].astype(object)
    out: list[str | None] = []
    for row, value in enumerate(cells.where(cells.notna(), None).tolist()):
        text = str(value).strip().lower() if value is not None else ""
        out.append(ours.get(text))
        if text and text not in ours:
            found.fault(row, _not_one_of(name, str(value), known))
    columns[name] = out


def _not_one_of(name: str, value: str, known: Mapping[str, Sequence[str]]) -> Fault:
    return Fault(
        "value.unknown",
        "不认识的取值",
        "unknown value",
        f"填写其中之一：{'、'.join(words[1] for words in known.values())}",
        f"use one of: {', '.join(known)}",
        field=name,
        value=value,
    )
