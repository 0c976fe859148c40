"""Tell by a stamp which rows lie in a tile, and remember it until the history shows a change that touches its box."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from api.db.boxes import Stamp, changed_boxes, stamp_in
from api.db.history import last_change
from api.db.overviews import kept_stamps
from api.db.tables import LAYERS
from maps.map_names import ROAD_CLASSES
from maps.tile_overview import MARGIN_CELLS, TILE_CELLS
from maps.tiles import reach_of
from survey.utilities import UTILITIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np
    import sqlalchemy as sa
    from numpy.typing import NDArray

    from api.db.dialects import Box
    from api.db.store import Store
    from maps.tile_grid import TileGrid

#: Layers that are drawn as an overview where there are very many items, and by what these are told apart there.
MERGED: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {"roads": ("class", ROAD_CLASSES), **{layer: ("utility", tuple(UTILITIES)) for layer in ("routes", "pipes")}}
)
OVERVIEW_ZOOM = 11  # 16 m a pixel: overviews are made of rows here, and of each other further out
MOST_FOLLOWED = 5_000  # changes looked at one by one; after more everything is looked at anew
MOST_STAMPS = 50_000  # some 300 bytes each
#: What tiles are made by, besides the rows: another text of these modules, and nothing made before is used. A migration
#: may write into rows, whose revisions tell nothing of it.
MAKERS = {
    "api": ("tiles", "tile_stamps", "tile_overviews"),
    "api.db": ("boxes", "geometry"),
    "api.db.migrations.versions": ("0",),
    "maps": ("tile",),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A tile of a tile grid."""

    grid: TileGrid
    zoom: int
    column: int
    row: int

    @classmethod
    def named(cls, grid: TileGrid, name: str) -> Place:
        """Return the place of a name.

        >>> from maps.tile_grid import TileGrid
        >>> Place.named(TileGrid(0.0, 0.0), "8/3/4").name
        '8/3/4'
        """
        zoom, column, row = map(int, name.split("/"))
        return cls(grid, zoom, column, row)

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

    def above(self, zoom: int) -> Place:
        """Return the tile of a coarser zoom (or its own) that it is part of."""
        up = self.zoom - zoom
        return Place(self.grid, zoom, self.column >> up, self.row >> up)


@dataclass(frozen=True, slots=True)
class Look:
    """One moment of a store: the connection that shows it, and the number of its last change."""

    store: Store
    connection: sa.Connection
    change: int


class Stamps:
    """The stamps of the tiles of one store.

    One is remembered until the history of changes shows one that touches its box; a process begins with those that were
    kept with overviews, and follows the changes since.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._change = -1
        self._stamps: dict[tuple[str, Place], Stamp] = {}

    def look(self, store: Store, connection: sa.Connection, grid: TileGrid) -> Look:
        """Look at this moment: forget the stamps of tiles that changes have touched."""
        last = last_change(connection)
        with self._lock:
            if self._change < 0:
                self._begin(connection, grid, last)
            if self._change < last:
                touched = changed_boxes(connection, self._change, last, MOST_FOLLOWED)
                if touched is None or len(self._stamps) > MOST_STAMPS:
                    self._stamps.clear()
                else:
                    gone = [key for key in self._stamps if _meets(key[1].reach, touched.get(key[0]))]
                    for key in gone:
                        del self._stamps[key]
                self._change = last
        return Look(store, connection, last)

    def of(self, look: Look, layer: str, place: Place) -> Stamp:
        """Return the stamp of a layer in a tile; of one that overviews are made of, that of its parts together."""
        key = (layer, place)
        with self._lock:
            kept = self._stamps.get(key)
            if kept is not None and self._change == look.change:
                return kept
        if layer in MERGED and place.zoom < OVERVIEW_ZOOM:
            parts = [self.of(look, layer, part) for part in place.below()]
            stamp = Stamp(sum(part.rows for part in parts), digest_of(part.digest for part in parts))
        else:
            stamp = stamp_in(look.connection, look.store.dialect, LAYERS[layer], place.reach)
        with self._lock:
            # Somebody may have gone on to a later moment since this one was looked at.
            if self._change == look.change:
                self._stamps[key] = stamp
        return stamp

    def _begin(self, connection: sa.Connection, grid: TileGrid, last: int) -> None:
        """Begin at the earliest change that a kept stamp is of: where nothing has touched it since, it still stands."""
        kept = kept_stamps(connection, basis_of(grid))
        self._stamps = {(layer, Place.named(grid, name)): one.stamp for (layer, name), one in kept.items()}
        self._change = min((one.change for one in kept.values()), default=last)


@lru_cache(maxsize=8)
def basis_of(grid: TileGrid) -> str:
    """Return a digest of all that a tile follows from besides the rows: the grid, what is told apart, the program."""
    told = [repr(grid), repr(dict(MERGED))]
    for package, names in MAKERS.items():
        modules = sorted(files(package).iterdir(), key=lambda file: file.name)
        told += [
            file.read_text("utf-8") for file in modules if file.name.startswith(names) and file.name.endswith(".py")
        ]
    return digest_of(told)


def digest_of(told: Iterable[str]) -> str:
    """Return what stands for some texts in their order."""
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]


def _meets(box: Box, boxes: NDArray[np.float64] | None) -> bool:
    """Tell whether a box touches any of some boxes (n, 4)."""
    if boxes is None:
        return False
    x0, y0, x1, y1 = boxes.T
    return bool(((x0 <= box[2]) & (x1 >= box[0]) & (y0 <= box[3]) & (y1 >= box[1])).any())
