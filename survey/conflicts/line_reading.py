"""Take the columns of planned routes and existing pipes as arrays; what is wrong is noted and taken as unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.depths import Depths
from geo.faults import Fault
from geo.polylines import Polylines
from survey.conflicts.buried_lines import BuriedLines
from survey.conflicts.judging import COVERAGE, WORST_ERROR_M
from survey.conflicts.parameters import load_parameters
from survey.finding_columns import Subjects
from survey.joined import operator_key
from survey.periods import as_date
from survey.quantities import vertex_accuracy
from survey.standards.quality import accuracies
from survey.subjects import Buried, laying_key, radii_m, subtype_key
from survey.utilities import unknown_utility, utility_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from survey.policies import Defaults

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Objects = NDArray[np.object_]

DEEPEST_M = 30.0
"""A cover beyond this many metres is no open trench: most likely millimetres or a level, so it is taken as unknown."""
NOT_STATED = np.datetime64("NaT")
FEW = 16
"""So few rows are read one by one: a drawn line must not wait for the machinery of many."""


def read_lines(frame: gpd.GeoDataFrame, layer: str, defaults: Defaults) -> tuple[BuriedLines, list[Fault]]:
    """Take a layer ``routes`` or ``pipes`` in the county's grid; rows are sorted by id as text.

    Only the geometry and ``utility`` must be there. Lines of an unknown utility and values that cannot be are noted as
    faults and left out, or taken as not stated: findings then say what is unknown.

    Raises
    ------
    BadInputError
        For geometries that are no lines and coordinates that are no numbers.
    """
    columns = {name: frame[name].to_numpy() for name in frame.columns if name != frame.geometry.name}
    shapes = frame.geometry.to_numpy() if len(frame) else np.array([], dtype=object)
    return read_columns(columns, shapes, layer, defaults)


def read_row(row: Mapping[str, Any], layer: str, defaults: Defaults) -> tuple[BuriedLines, list[Fault]]:
    """Take one row as `read_lines` does: attributes by name and ``geometry``."""
    columns = {name: _objects([value]) for name, value in row.items() if name != "geometry"}
    return read_columns(columns, _objects([row["geometry"]]), layer, defaults)


def read_columns(
    columns: Mapping[str, NDArray[Any]], shapes: Objects, layer: str, defaults: Defaults
) -> tuple[BuriedLines, list[Fault]]:
    """Take columns of one length, and the shapes of the lines; see `read_lines`."""
    n = len(shapes)
    ids = _objects([str(i) for i in (columns["id"].tolist() if "id" in columns else range(n))])
    reading = _Reading(columns, ids, layer, [])
    utility = reading.words("utility", utility_key)
    known = np.array([word is not None for word in utility], dtype=bool)
    faults = [
        unknown_utility(columns["utility"][row] if "utility" in columns else None).at(feature=ids[row], layer=layer)
        for row in np.flatnonzero(~known)
    ]
    order = np.flatnonzero(known)
    order = order[np.argsort(ids[order].astype(str), kind="stable")]
    reading = _Reading({name: column[order] for name, column in columns.items()}, ids[order], layer, faults)
    return _taken(reading, utility[order], shapes[order], defaults), faults


def _taken(reading: _Reading, utility: Objects, shapes: Objects, defaults: Defaults) -> BuriedLines:
    n = len(utility)
    lines = Polylines.from_shapely(shapes)
    diameter = reading.numbers("diameter_mm", positive=True)
    buried, code = _distinct(
        utility, reading.words("subtype", subtype_key), diameter, reading.numbers("pressure_mpa"),
        reading.numbers("voltage_kv"), reading.words("laying", laying_key), reading.words("material", _text),
    )  # fmt: skip
    radius, thin = radii_m(utility.tolist(), diameter)
    largest = {name: one.diameter_mm / 2000.0 for name, one in load_parameters().largest.items()}
    thicker = np.where(thin, np.array([largest[word] for word in utility], dtype=np.float64) - radius, 0.0)
    depths = reading.depths(lines)
    start, end = reading.window()
    stated, stated_depth = reading.numbers("accuracy_m"), reading.numbers("depth_accuracy_m")
    reading.note_poor(stated)
    quality = reading.words("quality", _text)
    name = np.full(n, None, dtype=object)
    if reading.layer == "routes":
        name = reading.words("name", _text)
        accuracy = vertex_accuracy(stated.tolist(), reading.words("drawn_by", _text).tolist(), defaults)
        # The cover of a plan is what is to be built, not what was measured: no error unless the plan states one.
        stated_depth = np.nan_to_num(stated_depth)
        quality = np.full(n, None, dtype=object)
    else:
        middle = depths.at(np.arange(n), lines.lengths() / 2) + radius
        limit, _, _ = accuracies(quality, middle)
        accuracy = np.where(np.isnan(stated), limit / COVERAGE, stated)
    return BuriedLines(
        subjects=Subjects(reading.layer, reading.ids), lines=lines, depths=depths, buried=buried, code=code,
        name=name, radius=radius, thin=thin, thicker=thicker, accuracy_m=accuracy, stated=~np.isnan(stated),
        depth_accuracy_m=stated_depth, quality=quality,
        operator=reading.words("operator", lambda name: operator_key(_text(name))),
        method=reading.words("method", _text), start=start, end=end,
        replaces=reading.words("replaces", lambda text: frozenset((_text(text) or "").split())),
    )  # fmt: skip


def _objects(values: Sequence[Any]) -> Objects:
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _says(value: Any) -> bool:  # noqa: ANN401 - whatever a column holds
    """Return whether a value says anything: what is no text, such as a list, must not pass as if it were not there."""
    if isinstance(value, str):
        return bool(value.strip())
    return not pd.api.types.is_scalar(value) or not pd.isna(value)


def _distinct(utility: Objects, *columns: NDArray[Any]) -> tuple[tuple[Buried, ...], Integers]:
    """Return the distinct lines, and the number of each line's own; the order is that of the lines."""
    code = np.zeros(len(utility), dtype=np.int64)
    if len(utility) == 1:
        return (Buried(utility[0], *(_none_for_nan(column[0]) for column in columns)),), code
    for column in (utility, *columns):
        own, distinct = pd.factorize(column, use_na_sentinel=False)
        code = pd.factorize(code * (len(distinct) + 1) + own)[0].astype(np.int64)
    _, first = np.unique(code, return_index=True)
    made = [Buried(utility[row], *(_none_for_nan(column[row]) for column in columns)) for row in first]
    return tuple(made), code


def _none_for_nan(value: Any) -> Any:  # noqa: ANN401 - a number, a word or None
    return None if isinstance(value, float) and np.isnan(value) else value


@dataclass(frozen=True)
class _Reading:
    """One layer while it is read: what is no value is noted in ``faults``."""

    columns: Mapping[str, NDArray[Any]]
    ids: Objects
    layer: str
    faults: list[Fault]

    def note(self, code: str, said: tuple[str, str], mend: tuple[str, str], row: int, name: str, value: object) -> None:
        self.faults.append(
            Fault(code, *said, *mend, layer=self.layer, feature=self.ids[row], field=name, value=str(value))
        )

    def words(self, name: str, key: Callable[[Any], Any]) -> Objects:
        """Return ``key`` of each value of a column, asked once for each distinct one."""
        nothing = key(None)
        if name not in self.columns:
            return _objects([nothing] * len(self.ids))
        if len(self.ids) <= FEW:
            return _objects([key(value) for value in self.columns[name]])
        codes, distinct = pd.factorize(self.columns[name].astype(object), use_na_sentinel=True)
        return _objects([*(key(value) for value in distinct), nothing])[codes]

    def numbers(self, name: str, *, positive: bool = False) -> Floats:
        """Return a column as numbers; NaN where nothing is stated, or what is no number, negative, or 0."""
        if name not in self.columns:
            return np.full(len(self.ids), np.nan)
        column = self.columns[name]
        made, readable = _as_numbers(column)
        bad = ~readable | np.isinf(made) | (made < 0) | (positive & (made == 0))
        mend = ("填写正数；不知道就留空", "give a positive number, or leave it empty")
        for row in np.flatnonzero(bad):
            said = ("不是可用的数，按未填处理", "no usable number, taken as not stated")
            self.note("line.value", said, mend, int(row), name, column[row])
        made[bad] = np.nan
        return made

    def note_poor(self, accuracy_m: Floats) -> None:
        """Tell which lines state an accuracy so poor that their neighbours are not all looked for."""
        for row in np.flatnonzero(accuracy_m > WORST_ERROR_M):
            said = (
                f"平面中误差超过 {WORST_ERROR_M:g} m，只按 {WORST_ERROR_M:g} m 查找相邻管线和建筑物、树木、路缘石",
                f"a mean error in plan beyond {WORST_ERROR_M:g} m; neighbours are looked for as if it were that",
            )
            mend = ("核对单位（米），或重新测定平面位置", "check the unit (metres), or survey its place again")
            self.note("line.accuracy", said, mend, int(row), "accuracy_m", accuracy_m[row])

    def days(self, name: str) -> NDArray[np.datetime64]:
        """Return a column of days; NaT where nothing is stated, or no date."""
        if name not in self.columns:
            return np.full(len(self.ids), NOT_STATED, dtype="datetime64[D]")
        column = self.columns[name].astype(object)
        codes, distinct = np.arange(len(column)), column
        if len(column) > FEW:
            codes, distinct = pd.factorize(column, use_na_sentinel=True)
        table = np.full(len(distinct) + 1, NOT_STATED, dtype="datetime64[D]")
        for number, value in enumerate(distinct):
            try:
                day = as_date(value)
            except (TypeError, ValueError):
                for row in np.flatnonzero(codes == number):
                    said = ("不是日期，按未填处理", "not a date, taken as not stated")
                    self.note("line.date", said, ("写成 2026-12-01", "write it as 2026-12-01"), int(row), name, value)
            else:
                table[number] = NOT_STATED if day is None else np.datetime64(day)
        return table[codes]

    def window(self) -> tuple[NDArray[np.datetime64], NDArray[np.datetime64]]:
        """Return start and end; neither is stated where the end lies before the start."""
        start, end = self.days("start"), self.days("end")
        for row in np.flatnonzero(end < start):
            said = ("完工早于开工，工期按未填处理", "it ends before it starts; the window is taken as not stated")
            mend = ("核对开工和完工日期", "check the start and the end")
            self.note("line.window", said, mend, int(row), "end", f"{start[row]}/{end[row]}")
            start[row] = end[row] = NOT_STATED
        return start, end

    def depths(self, lines: Polylines) -> Depths:
        """Return the covers: ``covers_m`` where it fits the line, else ``cover_m``."""
        constant = self._shallow(self.numbers("cover_m"), "cover_m")
        texts = self.columns.get("covers_m", self.ids[:0])
        rows = np.flatnonzero([text is not None and _says(text) for text in texts])
        if not len(rows):
            return Depths.constant(constant)
        owner = np.repeat(lines.part_line, np.diff(lines.part_starts))
        vertices = np.bincount(owner, minlength=lines.n_lines)
        covers: list[Floats | None] = [None] * lines.n_lines
        for row in rows.tolist():
            covers[row] = self._at_vertices(row, str(texts[row]), int(vertices[row]))
        return Depths.of(lines, constant, covers)

    def _at_vertices(self, row: int, text: str, n: int) -> Floats:
        values = pd.to_numeric(pd.Series(text.replace(",", " ").split()), errors="coerce").to_numpy(np.float64)
        if len(values) == n and np.isfinite(values).all() and (values >= 0).all() and (values <= DEEPEST_M).all():
            return values
        said = (
            f"覆土须为每个顶点一个非负数（共 {n} 个），按未知处理",
            f"one cover, not negative, for each of the {n} vertices is needed; taken as unknown",
        )
        mend = ("逐顶点填写，用空格分开", "one for each vertex, with blanks between")
        self.note("line.covers", said, mend, row, "covers_m", text)
        return np.full(n, np.nan)

    def _shallow(self, covers: Floats, name: str) -> Floats:
        for row in np.flatnonzero(covers > DEEPEST_M):
            said = (f"覆土超过 {DEEPEST_M:g} m，按未知处理", f"a cover beyond {DEEPEST_M:g} m; taken as unknown")
            mend = ("以米填写地面至管顶的深度", "give metres from the ground to the top of the pipe")
            self.note("line.cover", said, mend, int(row), name, covers[row])
        return np.where(covers > DEEPEST_M, np.nan, covers)


def _as_numbers(column: NDArray[Any]) -> tuple[Floats, NDArray[np.bool_]]:
    """Return a column as numbers (NaN where it is empty or no number), and what of it could be read."""
    if column.dtype.kind in "fiu":
        return column.astype(np.float64), np.ones(len(column), dtype=bool)
    if len(column) <= FEW and all(v is None or isinstance(v, float | int) for v in column):
        made = np.array([np.nan if v is None else v for v in column], dtype=np.float64)
        return made, np.ones(len(column), dtype=bool)
    made = np.array(pd.to_numeric(pd.Series(column, dtype=object), errors="coerce"), dtype=np.float64)
    blank = np.array([v is None or v is pd.NA or v != v or v == "" for v in column], dtype=bool)  # noqa: PLR0124 - NaN
    return made, blank | ~np.isnan(made)
