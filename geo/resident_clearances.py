"""Keep many pipes ready, and answer in a millisecond which of them are too near one that is being drawn.

As in `geo.resident_lines`: a large grid that is never changed, a small one of what was edited since, a bitmap of what
is no longer true, both gathered into one in the background; readers work on one snapshot from beginning to end.
"""

from __future__ import annotations

from math import isqrt
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo.clearances import CloseStretches, as_stretches
from geo.close_search import (
    Kept,
    as_classes,
    as_need,
    as_radii,
    lay_out,
    lay_out_axes,
    reach_of,
    search_kept,
    touching,
)
from geo.line_crossings import LineCrossings, as_crossings
from geo.polylines import Polylines
from geo.resident_lines import LEAST_EDITS_KEPT_APART
from geo.runs import BEARING_DEG, as_groups
from geo.segment_grid import SegmentGrid, build_grid
from geo.segment_tables import NO_GROUP

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.close_stretches import Reach
    from geo.polylines import FloatArray, IntArray

USUAL_REACH_M = 3.0
"""Cells are laid out for this; any need is answered exactly."""

MOST_CLASSES = 1 << 15


class _Pipes(NamedTuple):
    """Lines with radius, class, group and slot of each, in the order of slots."""

    lines: Polylines
    radius: FloatArray
    class_of: IntArray
    group: IntArray
    slot: IntArray

    def take(self, rows: Any) -> _Pipes:  # noqa: ANN401 - anything that indexes an array
        return _Pipes(self.lines.take(rows), *(column[rows] for column in self[1:]))


class _Shelf(NamedTuple):
    """Pipes, and the index over them; ``axes`` is the same without radius and class."""

    pipes: _Pipes
    kept: Kept
    axes: Kept
    grid: SegmentGrid


class _Snapshot(NamedTuple):
    large: _Shelf
    alive: npt.NDArray[np.bool_]
    """By slot: whether the line of the large shelf is still true."""
    edited: dict[int, _Pipes]
    small: _Shelf
    n_slots: int


class ResidentClearances:
    """Pipes in numbered slots, ready to be compared with any others. Safe for any number of readers and writers.

    Parameters
    ----------
    lines, radius, class_of, group
        As ``b`` of `geo.clearances.find_close`; line ``i`` gets slot ``i``. A class is 0 or more.

    Raises
    ------
    ValueError
        As `geo.clearances.find_close`.

    Examples
    --------
    >>> import shapely
    >>> stored = ResidentClearances(Polylines.from_shapely([shapely.LineString([(0, 0), (100, 0)])]), 0.2, 0)
    >>> drawn = Polylines.from_shapely([shapely.LineString([(20, 1), (60, 1)])])
    >>> stored.close_to(drawn, radius=0.3, class_of=0, need=[[1.0]]).gap.round(3)
    array([0.5])
    >>> stored.replace(0, shapely.LineString([(0, 3), (100, 3)]))
    >>> len(stored.close_to(drawn, radius=0.3, class_of=0, need=[[1.0]]))
    0
    """

    def __init__(
        self,
        lines: Polylines,
        radius: Any,  # noqa: ANN401 - anything that numpy takes
        class_of: Any,  # noqa: ANN401 - anything that numpy takes
        group: Any = None,  # noqa: ANN401 - anything that numpy takes
    ) -> None:
        self._writing = Lock()
        self._gathering: Thread | None = None
        large = _shelf(_pipes(lines, radius, class_of, group, np.arange(lines.n_lines)))
        alive = np.ones(lines.n_lines, np.bool_)
        self._snapshot = _Snapshot(large, alive, {}, _shelf(_no_pipes()), lines.n_lines)

    @property
    def n_slots(self) -> int:
        """How many slots were ever given; the next line to be added gets this number."""
        return self._snapshot.n_slots

    def __len__(self) -> int:
        """Return how many lines there are now."""
        now = self._snapshot
        return int(np.count_nonzero(now.alive[now.large.pipes.slot])) + len(now.edited)

    def close_to(
        self,
        lines: Polylines,
        *,
        radius: Any,  # noqa: ANN401 - anything that numpy takes
        class_of: Any,  # noqa: ANN401 - anything that numpy takes
        need: Any,  # noqa: ANN401 - anything that numpy takes
        group: Any = None,  # noqa: ANN401 - anything that numpy takes
        bearing: float = BEARING_DEG,
        workers: int = 1,
    ) -> CloseStretches:
        """Return every stretch of ``lines`` too near a line kept here: ``a`` is the index in ``lines``, ``b`` the slot.

        A line that is also kept here is near itself: leave out its own slot from what comes back. ``need`` has a
        row for each class of ``lines`` and a column for each class kept here.

        Raises
        ------
        ValueError
            As `geo.clearances.find_close`; where ``need`` has no column for a class that is kept here.
        """
        table, now, n = as_need(need), self._snapshot, lines.n_lines
        classes = as_classes(class_of, n, table.shape[0])
        query = lay_out(lines, as_radii(radius, n), classes, as_groups(group, n), table.shape[0], workers)
        if table.shape[1] < max(len(now.large.kept.widest), len(now.small.kept.widest)):
            message = f"need has {table.shape[1]} columns, too few for the classes that are kept"
            raise ValueError(message)
        reaches = [reach_of(table, bearing, shelf.kept.widest) for shelf in (now.large, now.small)]
        return as_stretches(_search(now, query, (now.large.kept, now.small.kept), reaches, workers))

    def crossings_with(self, lines: Polylines, *, group: Any = None, workers: int = 1) -> LineCrossings:  # noqa: ANN401 - anything that numpy takes
        """Return every place where ``lines`` meet a line kept here, as `geo.line_crossings.find_line_crossings`."""
        now, reach = self._snapshot, touching()
        query = lay_out_axes(lines, group, workers)
        return as_crossings(_search(now, query, (now.large.axes, now.small.axes), [reach, reach], workers))

    def add(self, line: Any, radius: float, class_of: int, group: int = NO_GROUP) -> int:  # noqa: ANN401 - a shapely line or Polylines of one line
        """Keep one more line and return its slot. ValueError as for the class."""
        with self._writing:
            slot = self._snapshot.n_slots
            one = _one_pipe(line, radius, class_of, group, slot)
            self._edit(self._snapshot._replace(n_slots=slot + 1), slot, one)
        return slot

    def replace(
        self,
        slot: int,
        line: Any,  # noqa: ANN401 - a shapely line or Polylines of one line
        radius: float | None = None,
        class_of: int | None = None,
        group: int | None = None,
    ) -> None:
        """Put ``line`` in the place of what is in ``slot``; what is None stays as it was.

        Raises
        ------
        KeyError
            Where the slot was never given or its line was removed.
        ValueError
            As for the class.
        """
        with self._writing:
            was_radius, was_class, was_group = self._kind_of(slot)
            one = _one_pipe(
                line,
                was_radius if radius is None else radius,
                was_class if class_of is None else class_of,
                was_group if group is None else group,
                slot,
            )
            self._edit(self._snapshot, slot, one)

    def remove(self, slot: int) -> None:
        """Forget the line in ``slot``; the slot is not given again. Raises KeyError as `replace` does."""
        with self._writing:
            self._kind_of(slot)
            self._edit(self._snapshot, slot, None)

    def wait(self) -> None:
        """Return when no edits are being gathered into the large grid. Nothing has to wait; answers are the same."""
        gathering = self._gathering
        if gathering is not None:
            gathering.join()

    def _kind_of(self, slot: int) -> tuple[float, int, int]:
        """Return radius, class and group of what is in ``slot``; KeyError as `replace`."""
        now = self._snapshot
        if slot in now.edited:
            pipes, row = now.edited[slot], 0
        elif 0 <= slot < len(now.alive) and now.alive[slot]:
            pipes = now.large.pipes
            row = int(np.searchsorted(pipes.slot, slot))
        else:
            raise KeyError(slot)
        return float(pipes.radius[row]), int(pipes.class_of[row]), int(pipes.group[row])

    def _edit(self, now: _Snapshot, slot: int, pipe: _Pipes | None) -> None:
        """Put the next snapshot in force, in which ``pipe`` (None: nothing) is in ``slot``."""
        alive, edited = now.alive.copy(), dict(now.edited)
        if slot < len(alive):
            alive[slot] = False
        edited.pop(slot, None)
        others = now.small.pipes.take(np.flatnonzero(now.small.pipes.slot != slot))
        if pipe is not None:
            edited[slot] = pipe
            others = _joined([others, pipe])
        self._snapshot = _Snapshot(now.large, alive, edited, _shelf(others), now.n_slots)
        if len(edited) > max(LEAST_EDITS_KEPT_APART, isqrt(now.n_slots)) and self._gathering is None:
            self._gathering = Thread(target=self._gather, args=(self._snapshot,), daemon=True)
            self._gathering.start()

    def _gather(self, then: _Snapshot) -> None:
        """Make one large shelf of what was true ``then``, and put it in force with the edits that came since."""
        try:
            pipes = then.large.pipes
            large = _shelf(_joined([pipes.take(np.flatnonzero(then.alive[pipes.slot])), *then.edited.values()]))
            with self._writing:
                now = self._snapshot
                alive = np.zeros(now.n_slots, np.bool_)
                alive[: len(now.alive)] = now.alive
                for slot, pipe in then.edited.items():
                    alive[slot] = now.edited.get(slot) is pipe
                since = {slot: pipe for slot, pipe in now.edited.items() if then.edited.get(slot) is not pipe}
                self._snapshot = _Snapshot(large, alive, since, _shelf(_joined([*since.values()])), now.n_slots)
        finally:
            self._gathering = None


def _pipes(lines: Polylines, radius: Any, class_of: Any, group: Any, slot: IntArray) -> _Pipes:  # noqa: ANN401 - anything that numpy takes
    n = lines.n_lines
    return _Pipes(lines, as_radii(radius, n), as_classes(class_of, n, MOST_CLASSES), as_groups(group, n), slot)


def _one_pipe(line: Any, radius: float, class_of: int, group: int, slot: int) -> _Pipes:  # noqa: ANN401 - as for add
    one = line if isinstance(line, Polylines) else Polylines.from_shapely([line])
    if one.n_lines != 1:
        message = f"one slot holds one line, not {one.n_lines}"
        raise ValueError(message)
    return _pipes(one, radius, class_of, np.array([group], np.int64), np.array([slot]))


def _no_pipes() -> _Pipes:
    none = np.empty(0, np.int64)
    return _Pipes(Polylines.from_shapely([]), np.empty(0), none, none, none)


def _joined(several: list[_Pipes]) -> _Pipes:
    several = [_no_pipes(), *several]
    lines = Polylines.concatenate([pipes.lines for pipes in several])
    columns = [np.concatenate([pipes[k] for pipes in several]) for k in range(1, 5)]
    return _Pipes(lines, *columns).take(np.argsort(columns[3]))


def _shelf(pipes: _Pipes) -> _Shelf:
    n_classes = int(pipes.class_of.max(initial=0)) + 1
    kept = lay_out(pipes.lines, pipes.radius, pipes.class_of, pipes.group, n_classes)
    if len(kept.table.rows):
        kept.table.rows[:, 6] = pipes.slot[kept.table.rows[:, 6].astype(np.int64)]
    axes = Kept(kept.table, np.zeros_like(kept.kinds), np.zeros(1))
    return _Shelf(pipes, kept, axes, build_grid(kept.table, USUAL_REACH_M))


def _search(now: _Snapshot, query: Kept, kept: tuple[Kept, Kept], reaches: list[Reach], workers: int) -> FloatArray:
    """Return what `search_kept` finds on both shelves, as one, sorted."""
    columns = search_kept(query, kept[0], now.large.grid, now.alive, reaches[0], workers, later_only=False)
    if not now.edited:
        return columns
    few = search_kept(query, kept[1], now.small.grid, np.empty(0, np.bool_), reaches[1], 1, later_only=False)
    both = np.concatenate((columns, few), axis=1)
    return both[:, np.lexsort((both[2], both[0], both[17], both[16]))]
