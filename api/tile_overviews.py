"""Make overviews of very many lines ahead, keep them in the store, make anew those alone that changes have touched."""

from __future__ import annotations

import logging
import math
import threading
import time
import zlib
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np
import sqlalchemy as sa

from api.db.boxes import columns_in
from api.db.overviews import (
    KeptOverview,
    KeptStamp,
    confirm_stamps,
    forget_other_bases,
    forget_overviews,
    keep_overview,
    kept_overview,
    kept_stamps,
)
from api.db.tables import LAYERS
from api.db.troubles import fault_of
from api.tile_stamps import MERGED, MOST_FOLLOWED, OVERVIEW_ZOOM, Place, Stamps, basis_of
from maps.tile_grid import COARSEST_ZOOM, TileGrid
from maps.tile_overview import TILE_CELLS, overview_above, overview_layer, overview_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

    from api.db.boxes import Stamp
    from api.db.dialects import Box
    from api.db.overviews import Key
    from api.db.store import Store
    from api.tile_stamps import Look

    Whole = NDArray[np.int64]

Made = TypeVar("Made")
MOST_APART = 5_000  # items in a tile of `OVERVIEW_ZOOM` or further out that are drawn one by one
MOST_WAITED_FOR = 50_000  # lines; half a second of processor time. Who asks for more is told to come again
MOST_DRAWN, MOST_OVERVIEWS = 1_000, 100  # some 100 kB and 300 kB each
CONFIRMED_AFTER = MOST_FOLLOWED // 2  # changes; a start never has to follow many more than these
QUICK = 1  # zlib: a tenth of the size in a hundredth of the time that making takes
log = logging.getLogger("cotrench.api")


class InTheMakingError(RuntimeError):
    """An overview takes long and is being made; so many ``percent`` of the lines in it are done."""

    def __init__(self, layer: str, percent: int) -> None:
        self.layer = layer
        self.percent = percent
        super().__init__(f"the overview of {layer} is being made: {percent} % is done")


class Overviews:
    """The overviews of the tiles of one store.

    They are kept in the store by the digest of the rows that they were made of, so that several processes share them,
    a start finds them, and one that is out of date is never found. What `prepare` has not made yet is made for
    whoever asks, once for all who ask at the same time, if it does not take long; else `prepare` is called for.
    """

    def __init__(self, stamps: Stamps) -> None:
        self._stamps = stamps
        self._steps: _Once[Whole] = _Once(MOST_OVERVIEWS)
        self._drawn: _Once[bytes] = _Once(MOST_DRAWN)
        self._prepared, self._ended = -1, -math.inf
        self._keeps = True
        self._tidied = False
        self._called, self._stopped = threading.Event(), threading.Event()

    def drawn(self, look: Look, layer: str, place: Place) -> bytes:
        """Return the layer of a tile that an overview is drawn in; `InTheMakingError` where it must be waited for."""
        stamp = self._stamps.of(look, layer, place)
        key = (layer, place.name, stamp.digest)
        # Where nothing can be kept, nobody could say when it would be there.
        if self._keeps and key not in self._drawn:
            kept = kept_stamps(look.connection, basis_of(place.grid))
            unmade = self._unmade(look, layer, place, kept)
            if unmade > MOST_WAITED_FOR:
                self._called.set()
                raise InTheMakingError(layer, 100 * (stamp.rows - unmade) // stamp.rows)
        return self._draw(look, layer, place, stamp)

    def prepare(self, store: Store, count: Callable[[str], int], rest_s: float = 0.0) -> None:
        """Make and keep the overviews that nobody should have to wait for; quick where nothing has changed.

        Where the store takes no more (a full disk, an import that goes on), they are made all the same and kept after
        the next change, or the next start.

        Parameters
        ----------
        count
            Tells how many rows a layer has.
        rest_s
            Seconds from the end of one round to the beginning of the next, unless somebody waits for an overview.
        """
        called = self._called.is_set()
        if not called and time.monotonic() < self._ended + rest_s:
            return
        self._called.clear()
        last = store.last_change()
        if store.county is None or (self._prepared == last and not called):
            return
        try:
            if self._go_round(store, count):
                self._prepared = last
        finally:
            self._ended = time.monotonic()

    def stop(self) -> None:
        """Let what `prepare` still has to do be."""
        self._stopped.set()

    def _go_round(self, store: Store, count: Callable[[str], int]) -> bool:
        """Prepare all there is; return whether it was not stopped."""
        grid = TileGrid.of(store.grid)
        with store.reading() as connection:
            round_ = _Round(store, basis_of(grid), kept_stamps(connection, basis_of(grid)))
        roots = [
            (layer, place)
            for layer in MERGED
            if count(layer) > MOST_APART and (bounds := store.bounds(layer)) is not None
            for place in _covering(grid, bounds, COARSEST_ZOOM)
        ]
        for layer, place in roots:
            self._prepare(round_, layer, place)
        if self._stopped.is_set():
            return False
        round_.write(lambda: self._tidy(round_, {(layer, place.name) for layer, place in roots}, grid))
        self._keeps = round_.takes
        return True

    def _prepare(self, round_: _Round, layer: str, place: Place) -> None:
        """Make the overviews under a place first, each in a moment of its own, so that no transaction lasts long."""
        if self._stopped.is_set():
            return
        with round_.store.reading() as connection:
            look = self._stamps.look(round_.store, connection, place.grid)
            stamp = self._stamps.of(look, layer, place)
        kept = round_.kept.get((layer, place.name))
        if kept is not None and kept.stamp == stamp:
            return
        if place.zoom < OVERVIEW_ZOOM and stamp.rows:
            for part in place.below():
                self._prepare(round_, layer, part)
        if self._stopped.is_set():
            return
        with round_.store.reading() as connection:
            look = self._stamps.look(round_.store, connection, place.grid)
            stamp = self._stamps.of(look, layer, place)
            drawn = self._draw(look, layer, place, stamp) if stamp.rows > MOST_APART else None
            packed = None if drawn is None else zlib.compress(drawn, QUICK)
            made = KeptOverview(_packed(self._steps_of(look, layer, place)), packed)
        at = KeptStamp(look.change, stamp)
        round_.write(lambda: keep_overview(round_.store, round_.basis, (layer, place.name), at, made))

    def _tidy(self, round_: _Round, roots: set[Key], grid: TileGrid) -> None:
        """Drop what is of no use any more; confirm stamps that were written many changes ago."""
        store, basis = round_.store, round_.basis
        if not self._tidied:
            # Once: a process of another version that runs beside this one keeps its own again.
            forget_other_bases(store, basis)
            self._tidied = True
        placed = {key: Place.named(grid, key[1]) for key in round_.kept}
        gone = [key for key, place in placed.items() if (key[0], place.above(COARSEST_ZOOM).name) not in roots]
        if gone:
            forget_overviews(store, basis, gone)
        with store.reading() as connection:
            look = self._stamps.look(store, connection, grid)
            old = [key for key, one in round_.kept.items() if one.change < look.change - CONFIRMED_AFTER]
            digests = {key: self._stamps.of(look, key[0], placed[key]).digest for key in old}
        if digests:
            confirm_stamps(store, basis, look.change, digests)

    def _unmade(self, look: Look, layer: str, place: Place, kept: Mapping[Key, KeptStamp]) -> int:
        """Return how many rows have to be read for an overview; those of margins count for each place."""
        stamp = self._stamps.of(look, layer, place)
        there = kept.get((layer, place.name))
        made = (there is not None and there.stamp == stamp) or (layer, place.name, stamp.digest) in self._steps
        if made or stamp.rows == 0 or place.zoom == OVERVIEW_ZOOM:
            return 0 if made else stamp.rows
        return sum(self._unmade(look, layer, part, kept) for part in place.below())

    def _draw(self, look: Look, layer: str, place: Place, stamp: Stamp) -> bytes:
        return self._drawn.get((layer, place.name, stamp.digest), lambda: self._drawing(look, layer, place, stamp))

    def _drawing(self, look: Look, layer: str, place: Place, stamp: Stamp) -> bytes:
        kept = _kept(look, layer, place, stamp, lambda one: one.drawn and zlib.decompress(one.drawn))
        if kept is not None:
            return kept
        key, groups = MERGED[layer]
        return overview_layer(layer, self._steps_of(look, layer, place), (place.column, place.row), key, groups)

    def _steps_of(self, look: Look, layer: str, place: Place) -> Whole:
        stamp = self._stamps.of(look, layer, place)
        return self._steps.get((layer, place.name, stamp.digest), lambda: self._found(look, layer, place, stamp))

    def _found(self, look: Look, layer: str, place: Place, stamp: Stamp) -> Whole:
        if stamp.rows == 0:
            return np.zeros(0, np.int64)
        kept = _kept(look, layer, place, stamp, lambda one: _unpacked(one.steps))
        if kept is not None:
            return kept
        if place.zoom < OVERVIEW_ZOOM:
            return overview_above([self._steps_of(look, layer, part) for part in place.below()])
        return _overview_of_rows(look, layer, place)


@dataclass
class _Round:
    """One round of making ahead: what was kept at its beginning, and whether the store still takes more."""

    store: Store
    basis: str
    kept: dict[Key, KeptStamp]
    takes: bool = True

    def write(self, writing: Callable[[], None]) -> None:
        """Write unless that has failed before: what waits for a lock for half a minute is not tried again and again."""
        if not self.takes:
            return
        try:
            writing()
        except (sa.exc.DBAPIError, sa.exc.TimeoutError) as error:
            fault = fault_of(error)
            if fault is None:
                raise
            self.takes = False
            log.warning(
                "瓦片概略图没有存下 overviews of tiles were not kept: %s %s (%s)", fault.zh, fault.en, fault.value
            )


class _Once(Generic[Made]):
    """What was made, by a key that tells all it was made of; several who ask at once wait for the first of them.

    >>> once = _Once(10)
    >>> once.get(("a",), lambda: 1), once.get(("a",), lambda: 2)
    (1, 1)
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._made: OrderedDict[tuple[str, ...], Future[Made]] = OrderedDict()

    def __contains__(self, key: tuple[str, ...]) -> bool:
        """Tell whether it was made; not of what is being made."""
        with self._lock:
            found = self._made.get(key)
        return found is not None and found.done()

    def get(self, key: tuple[str, ...], make: Callable[[], Made]) -> Made:
        """Return what was made for a key; who makes may ask for what it is made of, never for what is made of it."""
        with self._lock:
            found = self._made.get(key)
            if found is None:
                mine = self._made[key] = Future()
            else:
                self._made.move_to_end(key)
        if found is not None:
            return found.result()
        try:
            mine.set_result(make())
        except BaseException as error:
            with self._lock:
                self._made.pop(key, None)  # the next one tries again
            mine.set_exception(error)
            raise
        with self._lock:
            while len(self._made) > self._most:
                self._made.popitem(last=False)
        return mine.result()


def _kept(
    look: Look, layer: str, place: Place, stamp: Stamp, read: Callable[[KeptOverview], Made | None]
) -> Made | None:
    """Return what is read of a kept overview; None where none is kept, or what was kept is damaged."""
    kept = kept_overview(look.connection, basis_of(place.grid), (layer, place.name), stamp.digest)
    try:
        return None if kept is None else read(kept)
    except (zlib.error, ValueError) as error:
        log.warning("存下的瓦片概略图已损坏，重新生成 a kept overview of tiles is damaged and made anew: %s %s (%s)",
                    layer, place.name, error)  # fmt: skip
        return None


def _overview_of_rows(look: Look, layer: str, place: Place) -> Whole:
    name, groups = MERGED[layer]
    shapes, columns = columns_in(look.connection, look.store.dialect, LAYERS[layer], place.reach, [name])
    number = {group: at for at, group in enumerate(groups)}
    group = np.array([number.get(one, len(groups)) for one in columns[name]], np.int64)
    cell_m = place.pixel_m * 512 / TILE_CELLS
    return overview_of(shapes, group, (place.grid.west, place.grid.north), cell_m, place.reach)


def _covering(grid: TileGrid, box: Box, zoom: int) -> Iterable[Place]:
    first, last = grid.at(zoom, box[0], box[3]), grid.at(zoom, box[2], box[1])
    for column in range(first[0], last[0] + 1):
        for row in range(first[1], last[1] + 1):
            yield Place(grid, zoom, column, row)


def _packed(steps: Whole) -> bytes:
    """Return steps, which are sorted, as what each is more than the one before, packed.

    >>> _unpacked(_packed(np.array([7, 1 << 40]))).tolist()
    [7, 1099511627776]
    """
    return zlib.compress(np.diff(steps, prepend=0).astype("<i8").tobytes(), QUICK)


def _unpacked(packed: bytes) -> Whole:
    steps: Whole = np.cumsum(np.frombuffer(zlib.decompress(packed), "<i8"), dtype=np.int64)
    return steps
