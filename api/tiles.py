"""Make vector tiles of what the store holds, and keep them as long as nothing has changed where they lie."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from api.case_memory import Memory
from api.db.boxes import columns_in, stamp_of
from api.db.history import last_change
from api.db.tables import LAYERS, POINTS
from api.tile_overviews import MOST_APART, Overviews
from api.tile_stamps import MERGED, OVERVIEW_ZOOM, Stamps, basis_of, digest_of
from maps.tile_messages import tile_of
from maps.tiles import LEAST_PX, TileLayer, encode_layer, reach_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from numpy.typing import NDArray

    from api.db.boxes import Stamp
    from api.db.store import Store
    from api.tile_stamps import Look, Place

#: What a tile tells of an item besides its id: what the map draws it by.
ATTRIBUTES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"sites": ("name",), "routes": ("utility",), "roads": ("name", "class", "width_m"), "pipes": ("utility",),
     "trees": ("crown_m",), "waters": ("name",)}
)  # fmt: skip
#: What nobody may overlook, however far out: it stays in a tile where it is too small to be seen.
KEPT = frozenset({"routes", "sites"})
MOST_LAYERS = 1_000  # some 30 kB each


class Tiles:
    """The tiles of one store, made when they are asked for.

    What a tile has of a layer is remembered by which rows, in which revisions, lie in its box: nothing remembered can
    be out of date, whoever has written. Of a layer of which somebody may see some items alone, tiles are made for each
    request.
    """

    def __init__(self) -> None:
        self._stamps = Stamps()
        self._overviews = Overviews(self._stamps)
        self._encoded: Memory[bytes] = Memory(MOST_LAYERS)
        self._counts: tuple[int, Mapping[str, int]] | None = None

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

        Raises
        ------
        InTheMakingError
            An overview in it takes long and is not made yet.
        """
        with store.reading() as connection:
            look = self._stamps.look(store, connection, place.grid)
            limited = {layer: _own(store, layer, ids) for layer, ids in asked.items() if ids is not None}
            stamps = [
                stamp_of(limited[layer].revisions) if layer in limited else self._stamps.of(look, layer, place)
                for layer in asked
            ]
            tag = digest_of([basis_of(place.grid), place.name, *asked, *map(str, stamps)])
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

    def prepare(self, store: Store, rest_s: float = 0.0) -> None:
        """Make the overviews that nobody should have to wait for; see `Overviews.prepare`."""
        self._overviews.prepare(store, lambda layer: self.counts(store)[layer], rest_s)

    def stop(self) -> None:
        """Let what `prepare` still has to do be."""
        self._overviews.stop()

    def _layer(self, look: Look, layer: str, place: Place, stamp: Stamp) -> bytes:
        if layer in MERGED and place.zoom <= OVERVIEW_ZOOM and stamp.rows > MOST_APART:
            return self._overviews.drawn(look, layer, place)
        return self._encoded.get((layer, place.name, stamp.digest), lambda: _one_by_one(look, layer, place))


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


def _one_by_one(look: Look, layer: str, place: Place) -> bytes:
    shown = LAYERS[layer]
    whole = layer in KEPT or bool(POINTS & shown.geometry_types)
    least = 0.0 if whole else LEAST_PX * place.pixel_m
    names = ("id", *ATTRIBUTES.get(layer, ()))
    found = columns_in(look.connection, look.store.dialect, shown, reach_of(place.box), names, least)
    return _encoded(layer, *found, place)


def _encoded(layer: str, shapes: NDArray[np.object_], columns: Mapping[str, Any], place: Place) -> bytes:
    return encode_layer(TileLayer(layer, shapes, columns, kept=layer in KEPT), place.box, place.pixel_m)
