"""Hold planned routes, or existing pipes, as arrays."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from geo.depths import Depths
from geo.polylines import MOST_KEPT, Polylines
from survey.conflicts.judging import COVERAGE
from survey.finding_columns import Subjects
from survey.standards.quality import accuracies

if TYPE_CHECKING:
    from collections.abc import Sequence

    import shapely
    from numpy.typing import NDArray

    from survey.subjects import Buried

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Objects = NDArray[np.object_]

TRENCHLESS = ("pipe_jacking", "directional_drilling")


@dataclass(frozen=True)
class BuriedLines:
    """Planned routes, or existing pipes, as arrays; n lines in the order of their ids.

    Parameters
    ----------
    subjects
        Layer and ids.
    lines
        In the county's grid.
    depths
        The cover at any chainage, metres from the ground to the top of the pipe; NaN where nobody knows.
    buried, code
        The distinct lines as the standards see them, and which of them each line is.
    name
        object[n], what planned routes are called; None where nothing is stated, and for pipes.
    radius
        float64[n], half of the outer diameter in metres; ``thin``: bool[n], whether it is assumed.
    thicker
        float64[n], by how much the radius may be larger where it is assumed (metres); 0 where it is stated.
    accuracy_m
        float64[n], mean error of a vertex in plan (metres); ``stated``: bool[n], whether the row itself says it.
    depth_accuracy_m
        float64[n], mean error of the depth (metres); NaN: that of the quality, which depends on the depth.
    quality
        object[n], the level of the survey as stated; None for planned routes and where it is not stated.
    operator
        object[n], `survey.joined.operator_key` of the operator.
    method
        object[n], ``open_cut pipe_jacking directional_drilling`` or None.
    start, end
        datetime64[D][n], NaT where not stated.
    replaces
        object[n], the ids of pipes this route takes the place of, as a frozenset.
    """

    subjects: Subjects
    lines: Polylines
    depths: Depths
    buried: tuple[Buried, ...]
    code: Integers
    name: Objects
    radius: Floats
    thin: NDArray[np.bool_]
    thicker: Floats
    accuracy_m: Floats
    stated: NDArray[np.bool_]
    depth_accuracy_m: Floats
    quality: Objects
    operator: Objects
    method: Objects
    start: NDArray[np.datetime64]
    end: NDArray[np.datetime64]
    replaces: Objects

    def __len__(self) -> int:
        return self.lines.n_lines

    def take(self, rows: Integers) -> BuriedLines:
        """Return some of the lines, in the order of ``rows``."""
        kept = {name: getattr(self, name)[rows] for name in _BY_LINE}
        buried = self.buried
        if len(rows) < len(buried):  # few of many: keep only the kinds that are there
            used, kept["code"] = np.unique(kept["code"], return_inverse=True)
            buried = tuple(buried[k] for k in used)
        return BuriedLines(
            subjects=Subjects(self.subjects.layer, self.subjects.ids[rows]), lines=self.lines.take(rows),
            depths=self.depths.take(rows), buried=buried, **kept,
        )  # fmt: skip

    def alone(self, row: int) -> BuriedLines:
        """Return what `take` returns of one row, at once however many there are."""
        kept = {name: getattr(self, name)[row : row + 1] for name in _BY_LINE if name != "code"}
        starts = self.depths.starts[row : row + 2]
        own = slice(int(starts[0]), int(starts[1]))
        return BuriedLines(
            subjects=Subjects(self.subjects.layer, self.subjects.ids[row : row + 1]), lines=self.line(row),
            depths=Depths(starts - starts[0], self.depths.chainage[own].copy(), self.depths.cover[own].copy()),
            buried=(self.buried[self.code[row]],), code=np.zeros(1, dtype=np.int64), **kept,
        )  # fmt: skip

    def line(self, row: int) -> Polylines:
        """Return one line alone, at once however many there are."""
        lines = self.lines
        first, last = np.searchsorted(lines.part_line, [row, row + 1])
        starts = lines.part_starts[first : last + 1]
        own = slice(int(starts[0]), int(starts[-1]))
        none = np.zeros(last - first, dtype=np.int64)
        return Polylines(lines.x[own].copy(), lines.y[own].copy(), starts - starts[0], none, 1)

    def shape(self, row: int) -> shapely.Geometry:
        """Return one line as a geometry."""
        whole: shapely.Geometry = self.line(row).to_shapely()[0]
        return whole

    def piece(self, row: int, from_m: float, to_m: float) -> shapely.Geometry:
        """Return the stretch of one line between two chainages."""
        kept = len(self.lines.x) <= MOST_KEPT  # else segments would be made anew for each piece
        lines, number = (self.lines, row) if kept else (self.line(row), 0)
        stretch: shapely.Geometry = lines.cut([number], [from_m], [to_m])[0]
        return stretch

    @classmethod
    def concatenate(cls, several: Sequence[BuriedLines]) -> BuriedLines:
        """Return the lines of ``several`` (at least one) of one layer, sorted by id."""
        made = cls.in_turn(several)
        order = np.argsort(made.subjects.ids.astype(str), kind="stable")
        return made if (np.diff(order) > 0).all() else made.take(order)

    @classmethod
    def in_turn(cls, several: Sequence[BuriedLines]) -> BuriedLines:
        """Return the lines of ``several`` (at least one), in turn; the layer is that of the first."""
        if len(several) == 1:
            return several[0]
        known: dict[Buried, int] = {}
        tables = [[known.setdefault(b, len(known)) for b in one.buried] or [0] for one in several]
        codes = [np.array(table)[one.code] for table, one in zip(tables, several, strict=True)]
        joined = {name: np.concatenate([getattr(one, name) for one in several]) for name in _BY_LINE if name != "code"}
        return cls(
            subjects=Subjects(several[0].subjects.layer, np.concatenate([one.subjects.ids for one in several])),
            lines=Polylines.concatenate([one.lines for one in several]),
            depths=Depths.concatenate([one.depths for one in several]), buried=tuple(known),
            code=np.concatenate(codes), **joined,
        )  # fmt: skip

    def depth_errors(self, rows: Integers, depth: Floats) -> Floats:
        """Return the mean error of the depth of the lines ``rows`` where their centre is ``depth`` metres deep."""
        made = self.depth_accuracy_m[rows].copy()
        by_quality = np.flatnonzero(np.isnan(made))
        if len(by_quality):
            _, limit, _ = accuracies(self.quality[rows[by_quality]], depth[by_quality])
            made[by_quality] = limit / COVERAGE
        return made


_BY_LINE = tuple(f.name for f in fields(BuriedLines) if f.name not in ("subjects", "lines", "depths", "buried"))
