"""Make vector tiles of what the store holds, and keep them as long as nothing has changed where they lie."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from api.case_memory import Memory
from api.db.boxes import Stamp, changed_boxes, columns_in, stamp_in, stamp_of
from api.db.history import last_change
from api.db.tables import LAYERS, POINTS
from maps.map_names import ROAD_CLASSES
from maps.tile_grid import COARSEST_ZOOM, TileGrid
from maps.tile_messages import tile_of
from maps.tile_overview import MARGIN_CELLS, TILE_CELLS, overview_above, overview_layer, overview_of
from maps.tiles import LEAST_PX, TileLayer, encode_layer, reach_of
from survey.utilities import UTILITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    import sqlalchemy as sa
    from numpy.typing import NDArray

    from api.db.dialects import Box
    from api.db.store import Store

    Whole = NDArray[np.int64]

#: Stands in every tag: another number where the same rows give other bytes than before.
ENCODING = "1"
#: What a tile tells of an item besides its id: what the map draws it by.
ATTRIBUTES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"sites": ("name",), "routes": ("utility",), "roads": ("name", "class", "width_m"), "pipes": ("utility",),
     "trees": ("crown_m",), "waters": ("name",)}
)  # fmt: skip
#: What nobody may overlook, however far out: it stays in a tile where it is too small to be seen.
KEPT = frozenset({"routes", "sites"})
#: Layers that are drawn as an overview where there are very many items, and by what these are told apart there.
MERGED: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {"roads": ("class", ROAD_CLASSES), **{layer: ("utility", tuple(UTILITIES)) for layer in ("routes", "pipes")}}
)
OVERVIEW_ZOOM = 11  # 16 m a pixel: overviews are made of rows here, and of each other further out
MOST_APART = 5_000  # items in a tile of this zoom or further out that are drawn one by one
MOST_FOLLOWED = 5_000  # changes looked at one by one; after more everything is looked at anew
MOST_LAYERS, MOST_OVERVIEWS, MOST_STAMPS = 1_000, 300, 50_000  # some 30 kB, 1 MB and 300 bytes each


@dataclass(frozen=True, slots=True)
class Place:
    """A tile of a tile grid."""

    grid: TileGrid
    zoom: int
    column: int
    row: int

    @property
    def box(self) -> Box:
        """Min x, min y, max x, max y, metres of the grid."""
        return self.grid.box(self.zoom, self.column, self.row)

    @property
    def pixel_m(self) -> float:
        """The side of a pixel, metres."""
        return self.grid.pixel_m(self.zoom)

    @property
    def name(self) -> str:
        """Zoom, column and row, as in an address."""
        return f"{self.zoom}/{self.column}/{self.row}"

    @property
    def reach(self) -> Box:
        """The box of all that may be drawn in the tile or in an overview of it."""
        return reach_of(self.box, MARGIN_CELLS * 512 / TILE_CELLS)

    def below(self) -> list[Place]:
        """Return the four tiles of the next zoom that it is made of."""
        column, row = 2 * self.column, 2 * self.row
        return [Place(self.grid, self.zoom + 1, column + dx, row + dy) for dx in (0, 1) for dy in (0, 1)]


class Tiles:
    """The tiles of one store, made when they are asked for.

    What a tile has of a layer is remembered by which rows, in which revisions, lie in its box: nothing remembered can
    be out of date, whoever has written. These stamps themselves are remembered until the history of changes shows one
    that touches their box. Of a layer of which somebody may see some items alone, tiles are made for each request.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._change = -1
        self._stamps: dict[tuple[str, Place], Stamp] = {}
        self._encoded: Memory[bytes] = Memory(MOST_LAYERS)
        self._overviews: Memory[Whole] = Memory(MOST_OVERVIEWS)
        self._counts: tuple[int, Mapping[str, int]] | None = None
        self._prepared = -1
        self._stopped = threading.Event()

    def tile(
        self, store: Store, place: Place, asked: Mapping[str, Collection[str] | None], known: Callable[[str], bool]
    ) -> tuple[str, bytes | None]:
        """Return the tag of a tile, and the tile; None where its reader knows it.

        Parameters
        ----------
        asked
            Layers, in this order, each with the ids that may be seen; None: all.
        known
            Tells whether the reader has the tile of a tag.
        """
        with store.reading() as connection:
            change = self._follow(connection)
            limited = {layer: _own(store, layer, ids) for layer, ids in asked.items() if ids is not None}
            look = _Look(store, connection, change)
            stamps = [
                stamp_of(limited[layer].revisions) if layer in limited else self._stamp(look, layer, place)
                for layer in asked
            ]
            tag = _digest([ENCODING, place.name, *asked, *map(str, stamps)])
            if known(tag):
                return tag, None

            return tag, tile_of(
                _encoded(layer, *limited[layer].columns, place)
                if layer in limited
                else self._layer(look, layer, place, stamp)
                for layer, stamp in zip(asked, stamps, strict=True)
            )

    def counts(self, store: Store) -> Mapping[str, int]:
        """Return how many rows each layer has; counted anew only where something was written."""
        with store.reading() as connection:
            last = last_change(connection)
            counted = self._counts
            if counted is None or counted[0] != last:
                counted = self._counts = last, {layer: store.count(layer) for layer in LAYERS}
        return counted[1]

    def prepare(self, store: Store) -> None:
        """Make the overviews that nobody should have to wait for; quick where nothing has changed."""
        last = store.last_change()
        if store.county is None or self._prepared == last:
            return
        grid = TileGrid.of(store.grid)
        for layer in MERGED:
            bounds = store.bounds(layer)
            if bounds is None or self.counts(store)[layer] <= MOST_APART:
                continue
            for place in _covering(grid, bounds, COARSEST_ZOOM):
                self._prepare(store, layer, place)
        self._prepared = last

    def stop(self) -> None:
        """Let what `prepare` still has to do be."""
        self._stopped.set()

    def _prepare(self, store: Store, layer: str, place: Place) -> None:
        """Make the overviews under a place first, each in a moment of its own, so that no transaction lasts long."""
        if self._stopped.is_set():
            return
        if place.zoom < OVERVIEW_ZOOM:
            for part in place.below():
                self._prepare(store, layer, part)
        with store.reading() as connection:
            look = _Look(store, connection, self._follow(connection))
            stamp = self._stamp(look, layer, place)
            if stamp.rows > MOST_APART:
                self._layer(look, layer, place, stamp)

    def _follow(self, connection: sa.Connection) -> int:
        """Forget the stamps of tiles that changes have touched; return the number of the last change."""
        last = last_change(connection)
        with self._lock:
            if self._change < last:
                touched = changed_boxes(connection, self._change, last, MOST_FOLLOWED) if self._change >= 0 else None
                if touched is None or len(self._stamps) > MOST_STAMPS:
                    self._stamps.clear()
                else:
                    gone = [key for key in self._stamps if _meets(key[1].reach, touched.get(key[0]))]
                    for key in gone:
                        del self._stamps[key]
                self._change = last
        return last

    def _stamp(self, look: _Look, layer: str, place: Place) -> Stamp:
        """Return the stamp of a layer in a tile; of one that overviews are made of, that of its parts together."""
        key = (layer, place)
        with self._lock:
            kept = self._stamps.get(key)
            if kept is not None and self._change == look.change:
                return kept
        if layer in MERGED and place.zoom < OVERVIEW_ZOOM:
            parts = [self._stamp(look, layer, part) for part in place.below()]
            stamp = Stamp(sum(part.rows for part in parts), _digest(part.digest for part in parts))
        else:
            stamp = stamp_in(look.connection, look.store.dialect, LAYERS[layer], place.reach)
        with self._lock:
            # Somebody may have gone on to a later moment since this one was looked at.
            if self._change == look.change:
                self._stamps[key] = stamp
        return stamp

    def _layer(self, look: _Look, layer: str, place: Place, stamp: Stamp) -> bytes:
        return self._encoded.get((layer, place.name, stamp.digest), lambda: self._made(look, layer, place, stamp))

    def _made(self, look: _Look, layer: str, place: Place, stamp: Stamp) -> bytes:
        if layer in MERGED and place.zoom <= OVERVIEW_ZOOM and stamp.rows > MOST_APART:
            key, groups = MERGED[layer]
            return overview_layer(layer, self._overview(look, layer, place), (place.column, place.row), key, groups)
        shown = LAYERS[layer]
        whole = layer in KEPT or bool(POINTS & shown.geometry_types)
        least = 0.0 if whole else LEAST_PX * place.pixel_m
        names = ("id", *ATTRIBUTES.get(layer, ()))
        found = columns_in(look.connection, look.store.dialect, shown, reach_of(place.box), names, least)
        return _encoded(layer, *found, place)

    def _overview(self, look: _Look, layer: str, place: Place) -> Whole:
        stamp = self._stamp(look, layer, place)
        key = (layer, place.name, stamp.digest)
        if place.zoom < OVERVIEW_ZOOM:
            return self._overviews.get(
                key, lambda: overview_above([self._overview(look, layer, part) for part in place.below()])
            )
        return self._overviews.get(key, lambda: _overview_of_rows(look, layer, place))


@dataclass(frozen=True, slots=True)
class _Look:
    """One moment of a store: the connection that shows it, and the number of its last change."""

    store: Store
    connection: sa.Connection
    change: int


@dataclass(frozen=True, slots=True)
class _Own:
    """The rows of a layer that somebody may see in a tile."""

    revisions: list[tuple[str, int]]
    columns: tuple[NDArray[np.object_], dict[str, Any]]


def _own(store: Store, layer: str, ids: Collection[str]) -> _Own:
    """Return the rows of some ids; those that lie elsewhere are left out when a tile is written."""
    rows = store.rows(layer, sorted(ids))
    shapes = np.empty(len(rows), dtype=object)
    shapes[:] = [row.geometry for row in rows]
    columns = {"id": [row.id for row in rows]}
    columns |= {name: [row.properties[name] for row in rows] for name in ATTRIBUTES.get(layer, ())}
    return _Own([(row.id, row.revision) for row in rows], (shapes, columns))


def _encoded(layer: str, shapes: NDArray[np.object_], columns: Mapping[str, Any], place: Place) -> bytes:
    return encode_layer(TileLayer(layer, shapes, columns, kept=layer in KEPT), place.box, place.pixel_m)


def _overview_of_rows(look: _Look, layer: str, place: Place) -> Whole:
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


def _meets(box: Box, boxes: NDArray[np.float64] | None) -> bool:
    """Tell whether a box touches any of some boxes (n, 4)."""
    if boxes is None:
        return False
    x0, y0, x1, y1 = boxes.T
    return bool(((x0 <= box[2]) & (x1 >= box[0]) & (y0 <= box[3]) & (y1 >= box[1])).any())


def _digest(told: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]
