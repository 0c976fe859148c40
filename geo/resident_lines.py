"""Keep many lines ready, and answer in microseconds which of them run beside a line that is being drawn.

The lines lie in one large grid that is never changed; what was edited since lies in a second, small one, and a bitmap
tells which lines of the large grid are no longer true. Every so many edits both become one large grid again, in the
background: neither readers nor writers wait for it. Readers work on one snapshot from beginning to end, so that an edit
never shows by half.
"""

from __future__ import annotations

from dataclasses import fields
from math import isqrt
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo.polylines import Polylines
from geo.runs import BEARING_DEG, BRIDGE_M, DISTANCE_M, MIN_LENGTH_M, Runs, as_groups, as_limits, search_tables
from geo.segment_grid import SegmentGrid, build_grid
from geo.segment_tables import NO_GROUP, SegmentTable, pack

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.free_space import Limits
    from geo.polylines import IntArray

LEAST_EDITS_KEPT_APART = 256


class _Shelf(NamedTuple):
    """Lines with their slots and groups, and the index over them."""

    lines: Polylines
    slot: IntArray
    group: IntArray
    table: SegmentTable
    grid: SegmentGrid


class _Snapshot(NamedTuple):
    large: _Shelf
    alive: npt.NDArray[np.bool_]
    """By slot: whether the line of the large shelf is still true."""
    edited: dict[int, tuple[Polylines, int]]
    small: _Shelf
    n_slots: int


def _shelf(lines: Polylines, slot: IntArray, group: IntArray, distance: float) -> _Shelf:
    table = pack(lines, slot, group)
    return _Shelf(lines, slot, group, table, build_grid(table, distance))


class ResidentLines:
    """Lines in numbered slots, ready to be compared with any others. Safe for any number of readers and writers.

    Parameters
    ----------
    lines, group
        As for `geo.parallels.find_runs`; line ``i`` gets slot ``i``.
    distance, bearing, min_length, bridge
        The limits of a query that names no others; see `geo.parallels`.

    Examples
    --------
    >>> import shapely
    >>> stored = ResidentLines(Polylines.from_shapely([shapely.LineString([(0, 0), (100, 0)])]))
    >>> drawn = Polylines.from_shapely([shapely.LineString([(20, 1), (60, 1)])])
    >>> stored.runs_of(drawn).from_b
    array([20.])
    >>> slot = stored.add(shapely.LineString([(0, 2), (50, 2)]))
    >>> stored.remove(0)
    >>> stored.runs_of(drawn).b, stored.runs_of(drawn).length_m
    (array([1]), array([30.]))
    """

    def __init__(
        self,
        lines: Polylines,
        group: Any = None,  # noqa: ANN401 - anything that numpy takes
        *,
        distance: float = DISTANCE_M,
        bearing: float = BEARING_DEG,
        min_length: float = MIN_LENGTH_M,
        bridge: float = BRIDGE_M,
    ) -> None:
        self._given = {"distance": distance, "bearing": bearing, "min_length": min_length, "bridge": bridge}
        self._limits = as_limits(**self._given)
        self._writing = Lock()
        self._gathering: Thread | None = None
        groups = as_groups(group, lines.n_lines)
        large = _shelf(lines, np.arange(lines.n_lines), groups, distance)
        self._snapshot = _Snapshot(large, np.ones(lines.n_lines, np.bool_), {}, self._nothing(), lines.n_lines)

    @property
    def n_slots(self) -> int:
        """How many slots were ever given; the next line to be added gets this number."""
        return self._snapshot.n_slots

    def __len__(self) -> int:
        """Return how many lines there are now."""
        now = self._snapshot
        return int(np.count_nonzero(now.alive[now.large.slot])) + len(now.edited)

    def runs_of(
        self,
        lines: Polylines,
        group: Any = None,  # noqa: ANN401 - anything that numpy takes
        *,
        workers: int = 1,
        **limits: float,
    ) -> Runs:
        """Return every run of the ``lines`` with those kept here: ``a`` is the index in ``lines``, ``b`` the slot.

        A line that is also kept here runs along itself: leave out its own slot from what comes back. ``limits`` are
        those of `geo.parallels.find_runs`; what is not named is as it was when this was made.
        """
        now = self._snapshot
        wanted = as_limits(**(self._given | limits)) if limits else self._limits
        table = pack(lines, np.arange(lines.n_lines), as_groups(group, lines.n_lines))
        runs = search_tables(table, now.large.table, now.large.grid, now.alive, wanted, workers, later_only=False)
        if not now.edited:
            return runs
        return _both(runs, _search_small(table, now.small, wanted))

    def add(self, line: Any, group: int = NO_GROUP) -> int:  # noqa: ANN401 - a shapely line or Polylines of one line
        """Keep one more line and return its slot."""
        one = _one_line(line)
        with self._writing:
            slot = self._snapshot.n_slots
            self._edit(self._snapshot._replace(n_slots=slot + 1), {slot: (one, int(group))})
        return slot

    def replace(self, slot: int, line: Any, group: int | None = None) -> None:  # noqa: ANN401 - as for add
        """Put ``line`` in the place of what is in ``slot``; its group stays where None is given.

        Raises
        ------
        KeyError
            Where the slot was never given or its line was removed.
        """
        one = _one_line(line)
        with self._writing:
            before = self._group_of(slot)
            self._edit(self._snapshot, {slot: (one, before if group is None else int(group))})

    def remove(self, slot: int) -> None:
        """Forget the line in ``slot``; the slot is not given again. Raises KeyError as `replace` does."""
        with self._writing:
            self._group_of(slot)
            self._edit(self._snapshot, {slot: None})

    def _group_of(self, slot: int) -> int:
        now = self._snapshot
        if slot in now.edited:
            return now.edited[slot][1]
        if not 0 <= slot < len(now.alive) or not now.alive[slot]:
            raise KeyError(slot)
        return int(now.large.group[np.searchsorted(now.large.slot, slot)])

    def _nothing(self) -> _Shelf:
        none = np.empty(0, np.int64)
        return _shelf(Polylines.from_shapely([]), none, none, self._limits.distance)

    def _edit(self, now: _Snapshot, changes: dict[int, tuple[Polylines, int] | None]) -> None:
        """Make the next snapshot, in which ``changes`` (None: removed) are true, and put it in force at once."""
        alive = now.alive.copy()
        edited = dict(now.edited)
        for slot, change in changes.items():
            if slot < len(alive):
                alive[slot] = False
            edited.pop(slot, None)
            if change is not None:
                edited[slot] = change
        self._snapshot = _Snapshot(now.large, alive, edited, self._small(edited), now.n_slots)
        if len(edited) > max(LEAST_EDITS_KEPT_APART, isqrt(now.n_slots)) and self._gathering is None:
            self._gathering = Thread(target=self._gather, args=(self._snapshot,), daemon=True)
            self._gathering.start()

    def wait(self) -> None:
        """Return when no edits are being gathered into the large grid. Nothing has to wait; answers are the same."""
        gathering = self._gathering
        if gathering is not None:
            gathering.join()

    def _gather(self, then: _Snapshot) -> None:
        """Make one large shelf of what was true ``then``, and put it in force with the edits that came since."""
        try:
            large = self._gathered(then)
            with self._writing:
                now = self._snapshot
                alive = np.zeros(now.n_slots, np.bool_)
                alive[: len(now.alive)] = now.alive
                for slot, change in then.edited.items():
                    alive[slot] = now.edited.get(slot) is change
                since = {slot: change for slot, change in now.edited.items() if then.edited.get(slot) is not change}
                self._snapshot = _Snapshot(large, alive, since, self._small(since), now.n_slots)
        finally:
            self._gathering = None

    def _small(self, edited: dict[int, tuple[Polylines, int]]) -> _Shelf:
        if not edited:
            return self._nothing()
        lines = Polylines.concatenate([line for line, _ in edited.values()])
        groups = np.array([group for _, group in edited.values()], np.int64)
        return _shelf(lines, np.fromiter(edited, np.int64), groups, self._limits.distance)

    def _gathered(self, then: _Snapshot) -> _Shelf:
        """Return one shelf of all lines of a snapshot, in the order of their slots."""
        large, small = then.large, then.small
        kept = then.alive[large.slot]
        slot = np.concatenate((large.slot[kept], small.slot))
        order = np.argsort(slot)
        group = np.concatenate((large.group[kept], small.group))[order]
        lines = Polylines.concatenate([large.lines.take(kept), small.lines]).take(order)
        return _shelf(lines, slot[order], group, self._limits.distance)


def _one_line(line: Any) -> Polylines:  # noqa: ANN401 - a shapely line or Polylines of one line
    one = line if isinstance(line, Polylines) else Polylines.from_shapely([line])
    if one.n_lines != 1:
        message = f"one slot holds one line, not {one.n_lines}"
        raise ValueError(message)
    return one


def _search_small(table: SegmentTable, small: _Shelf, limits: Limits) -> Runs:
    return search_tables(table, small.table, small.grid, np.empty(0, np.bool_), limits, 1, later_only=False)


def _both(one: Runs, other: Runs) -> Runs:
    joined = Runs(*(np.concatenate((getattr(one, f.name), getattr(other, f.name))) for f in fields(Runs)))
    return joined.take(np.lexsort((joined.from_b, joined.from_a, joined.b, joined.a)))
