"""What a worker is given to do to find conflicts: look at a chunk of a layer, and judge the routes of one tile.

A tile's scene holds its own routes and all that comes near them, whole (`geo.partition.nearby`), and every road there
is. It is judged as a drawn line is, by `survey.conflicts`: routes that are not its own are of one group, not compared
with each other. What is found of its own routes is then what would be found of them anywhere.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pyarrow as pa
import shapely

from geo.crs import grid as grid_of
from geo.faults import BadInputError
from geo.formats.lines import to_grid
from geo.partition import shapes_of
from geo.partition.spills import column, gathered, looked_up, opened, save
from survey.conflicts.around import Around
from survey.conflicts.batch import Scene, judge_scene
from survey.conflicts.judging import COVERAGE
from survey.conflicts.line_reading import read_lines
from survey.conflicts.pair_rules import ERROR_STEPS_M, error_steps
from survey.finding_columns import Findings
from survey.finding_table import COLUMNS
from survey.findings import KINDS, OUTCOMES, SEVERITIES
from survey.policies import load_policy
from survey.surroundings import Surroundings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from numpy.typing import NDArray

    from geo.faults import Fault
    from geo.partition.spills import Slice
    from survey.conflicts.buried_lines import BuriedLines
    from survey.subjects import Buried

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

LINES = ("routes", "pipes")
_OF_LINES = (
    "id", "name", "utility", "subtype", "diameter_mm", "pressure_mpa", "voltage_kv", "laying", "material", "cover_m",
    "covers_m", "accuracy_m", "depth_accuracy_m", "quality", "drawn_by", "operator", "method", "start", "end",
    "replaces",
)  # fmt: skip
ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "routes": _OF_LINES,
    "pipes": _OF_LINES,
    "roads": (
        "id", "name", "class", "delivered", "overhauled", "width_m", "accuracy_m", "highway", "bridge", "kind",
    ),
    "buildings": ("id", "name"),
    "trees": ("id", "species"),
}  # fmt: skip
"""What findings rest on of each layer, besides the shape."""

NUMBERS_OF = ("measured", "limit", "margin", "uncertainty", "from_m", "to_m")
SAID = ("said_zh", "said_en")
MOST_SAID = 8
"""So many findings of a tile are said even where the file has no sentences: the gravest of all are among them."""


class Question(NamedTuple):
    """What is asked: by which county's rules (its id), on which day, with sentences or without.

    ``months``: see `survey.conflicts.find_conflicts`.
    """

    policy: str
    on: date
    sentences: bool = True
    months: int | None = None


class Look(NamedTuple):
    """Bring a chunk of a layer into the grid and read it; ``crs`` is None where it is in it already.

    ``numbers``: the file with the number of each row of the layer, -1 for one that is left out. ``decimal``: whether
    ids of whole numbers are to be read as others, since those of other chunks are.
    """

    layer: str
    chunk: Path
    into: Path
    first_row: int
    numbers: Path
    decimal: bool
    crs: str | None
    grid: str
    policy: str


class Looked(NamedTuple):
    """A chunk in the grid: the file, a place and the vertices of each row, the least coordinates of all.

    ``buried``: the distinct lines; ``noted``: what was no value and was taken as unknown, the first of each kind and
    how many there are; ``refused``: what cannot be judged at all.
    """

    chunk: Path
    x: Floats
    y: Floats
    vertices: Integers
    corner: tuple[float, float]
    buried: frozenset[Buried]
    noted: list[tuple[Fault, int]]
    refused: tuple[Fault, ...]


def rows_table(frame: gpd.GeoDataFrame, layer: str) -> pa.Table:
    """Return the rows of a layer as a table: what findings rest on, and the shapes."""
    kept = [name for name in ATTRIBUTES[layer] if name in frame.columns]
    shapes = pa.array(shapely.to_wkb(frame.geometry.to_numpy()), pa.binary())
    return pa.Table.from_pandas(frame[kept], preserve_index=False).append_column("shape", shapes)


def _frame_of(table: pa.Table, layer: str, crs: object) -> gpd.GeoDataFrame:
    kept = [name for name in ATTRIBUTES[layer] if name in table.column_names]
    return gpd.GeoDataFrame(table.select(kept).to_pandas(), geometry=shapes_of(table), crs=crs)


def look(job: Look) -> Looked:
    """Do a `Look`."""
    grid, defaults = grid_of(job.grid), load_policy(job.policy).defaults
    table = opened(job.chunk)
    number = looked_up(job.numbers, slice(job.first_row, job.first_row + len(table)))
    frame = _frame_of(table.filter(pa.array(number >= 0)), job.layer, job.crs or grid.crs)
    if job.decimal:
        frame["id"] = frame["id"].astype(np.float64)
    frame["id"] = np.array([str(name) for name in frame["id"].tolist()], dtype=object)
    frame = to_grid(frame, grid)
    number, width = number[number >= 0], np.zeros(len(frame))
    buried: frozenset[Buried] = frozenset()
    faults: list[Fault] = []
    refused: tuple[Fault, ...] = ()
    if job.layer in LINES:
        lines, faults = read_lines(frame, job.layer, defaults)
        place = dict(zip(lines.subjects.ids.tolist(), range(len(lines)), strict=True))
        rows = np.array([place.get(name, -1) for name in frame["id"]], dtype=np.int64)
        frame, number, width = frame[rows >= 0], number[rows >= 0], _widths(lines)[rows[rows >= 0]]
        buried = frozenset(lines.buried)
    elif job.layer == "roads":
        try:
            Surroundings.from_frames(frame, None, grid, defaults)
        except BadInputError as error:
            refused = error.faults
    shapes = frame.geometry.to_numpy()
    save(job.into, rows_table(frame, job.layer).append_column("width", pa.array(width)).append_column(
        "number", pa.array(number)
    ))  # fmt: skip
    west, south, *_ = shapely.bounds(shapes).T
    corner = float(np.fmin.reduce(west, initial=np.inf)), float(np.fmin.reduce(south, initial=np.inf))
    return Looked(
        job.into, west, south, shapely.get_num_coordinates(shapes).astype(np.int64), corner, buried, _counted(faults),
        refused,
    )  # fmt: skip


def _widths(lines: BuriedLines) -> Floats:
    """Return how far each line may be off its place and how thick it may be (metres): half of what two lines add."""
    error = np.maximum(ERROR_STEPS_M[error_steps(lines.accuracy_m)], np.nan_to_num(lines.accuracy_m))
    if lines.subjects.layer == "pipes":  # beyond the worst they are not looked for; routes are, beside objects
        error = ERROR_STEPS_M[error_steps(lines.accuracy_m)]
    made: Floats = COVERAGE * error + lines.radius + lines.thicker
    return made


def _counted(faults: list[Fault]) -> list[tuple[Fault, int]]:
    """Return the first fault of each kind, and how many of it there are."""
    alike: dict[tuple[str, str | None], list[Fault]] = {}
    for fault in faults:
        alike.setdefault((fault.code, fault.field), []).append(fault)
    return [(several[0], len(several)) for several in alike.values()]


class Judge(NamedTuple):
    """Judge the routes of one tile.

    ``layers``: what is there of each; ``roads``: the files of all roads; ``corner``: the least coordinates of all
    buildings; ``routes``: how many there are in all tiles.
    """

    layers: dict[str, list[Slice]]
    roads: tuple[Path, ...]
    corner: tuple[float, float] | None
    routes: int
    grid: str
    question: Question
    into: Path


def judge(job: Judge) -> None:
    """Do a `Judge`: write the findings in their order, each with its ``place`` among all by weight, kind and route."""
    grid, policy = grid_of(job.grid), load_policy(job.question.policy)
    tables = {layer: _by_number(gathered(slices)) for layer, slices in job.layers.items()}
    frames = {layer: _frame_of(table, layer, grid.crs) for layer, table in tables.items()}
    planned, _ = read_lines(frames["routes"], "routes", policy.defaults)
    existing, _ = read_lines(frames.get("pipes", frames["routes"][:0]), "pipes", policy.defaults)
    around = _roads_alone(job.roads, job.grid, policy.id).beside(
        frames.get("buildings"), frames.get("trees"), job.corner
    )
    own, number = np.asarray(tables["routes"]["own"]), column(tables["routes"], "number")
    group = np.where(own, np.int64(-1), np.int64(0))
    scene = Scene(planned, existing, around, policy, job.question.on, job.question.months, group)
    found = [one.take(own[one.a]) for one in judge_scene(scene, workers=1) if len(one)]
    save(job.into, _table_of(Findings(found, (), grid.crs), planned.subjects.ids, number, job))


def _by_number(table: pa.Table) -> pa.Table:
    """Return the rows in the order of their numbers: routes by id, others as in their files."""
    return table.take(pa.array(np.argsort(column(table, "number"), kind="stable")))


@lru_cache(maxsize=1)
def _roads_alone(roads: tuple[Path, ...], code: str, policy_id: str) -> Around:
    """Return all roads without anything else: kept by a worker from tile to tile, with the kerbs it makes of them."""
    grid, policy = grid_of(code), load_policy(policy_id)
    frame = None
    if roads:
        whole = pa.concat_tables([opened(path) for path in roads], promote_options="permissive")
        frame = _frame_of(whole.combine_chunks(), "roads", grid.crs)
    return Around.from_frames(Surroundings.from_frames(frame, None, grid, policy.defaults), frame, None, None)


def _table_of(findings: Findings, ids: NDArray[np.object_], number: Integers, job: Judge) -> pa.Table:
    """Return findings as a table: the columns of their file, the shape, the place, what is said of the first ones."""
    frame = findings.frame(sentences=job.question.sentences)
    of = dict(zip(ids.tolist(), number.tolist(), strict=True))
    rank = np.zeros(len(frame), dtype=np.int64)
    for name, words in (("severity", SEVERITIES), ("outcome", OUTCOMES), ("kind", KINDS)):
        places = {word: k for k, word in enumerate(words)}
        rank = rank * len(words) + np.array([places[word] for word in frame[name]], dtype=np.int64)
    place = rank * max(job.routes, 1) + np.array([of[name] for name in frame["a"]], dtype=np.int64)
    columns = {name: _typed(name, frame[name]) for name in frame.columns if name != frame.geometry.name}
    if not job.question.sentences:
        said = findings[:MOST_SAID]
        silent = [None] * (len(frame) - len(said))
        for name, sentence in zip(SAID, ("sentence_zh", "sentence_en"), strict=True):
            columns[name] = pa.array([*(getattr(one, sentence) for one in said), *silent], pa.string())
    shapes = pa.array(shapely.to_wkb(frame.geometry.to_numpy()), pa.binary())
    return pa.table(columns | {"shape": shapes, "place": pa.array(place)})


def _typed(name: str, values: object) -> pa.Array:
    kind = pa.float64() if name in NUMBERS_OF else pa.bool_() if name == "unverified" else pa.string()
    return pa.array(np.asarray(values), kind, from_pandas=kind == pa.string())


TEXTS = tuple(name for name in COLUMNS if name not in (*NUMBERS_OF, "unverified"))
