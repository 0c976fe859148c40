"""Divide a county's grid into square tiles: the same tiles for every county of the grid, whatever it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geo.crs import Grid

    Box = tuple[float, float, float, float]

SIDE_M = 2.0**24  # of the square that is divided; a zone, from the equator to the pole, has room in its upper half
TILE_PX = 512
COARSEST_ZOOM, FINEST_ZOOM = 8, 18  # 128 m and 0.125 m a pixel
PIXEL_M = 0.00028  # OGC's standardised rendering pixel


@dataclass(frozen=True, slots=True)
class TileGrid:
    """The tiles of one grid, as an OGC two-dimensional tile matrix set.

    A square of 2²⁴ m around the place where the false easting meets the equator is halved ``z`` times each way. So the
    edges of every tile are whole metres down to 1 m a pixel, a pixel has 2^(15-z) m, and columns run from the west,
    rows from the north.

    Parameters
    ----------
    west, north
        The upper left corner of the square, metres of the grid.

    Examples
    --------
    >>> from geo.crs import grid
    >>> tiles = TileGrid.of(grid("EPSG:4546"))
    >>> tiles.at(14, 579_391.587, 3_658_614.471)
    (8269, 4619)
    >>> tiles.box(14, 8269, 4619)
    (578848.0, 3657728.0, 579872.0, 3658752.0)
    """

    west: float
    north: float

    @classmethod
    def of(cls, grid: Grid) -> TileGrid:
        """Return the tiles of a county's grid; one that is not transverse Mercator is divided around its origin."""
        return cls(grid.false_easting - SIDE_M / 2, SIDE_M / 2)

    @staticmethod
    def pixel_m(zoom: int) -> float:
        """Return the side of a pixel, metres.

        >>> TileGrid.pixel_m(13), TileGrid.pixel_m(18)
        (4.0, 0.125)
        """
        return SIDE_M / TILE_PX / 2.0**zoom

    def box(self, zoom: int, column: int, row: int) -> Box:
        """Return min x, min y, max x, max y of a tile, metres of the grid."""
        side = SIDE_M / 2.0**zoom
        west, north = self.west + column * side, self.north - row * side
        return west, north - side, west + side, north

    def at(self, zoom: int, x: float, y: float) -> tuple[int, int]:
        """Return column and row of the tile that a place (metres of the grid) lies in."""
        side = SIDE_M / 2.0**zoom
        return int((x - self.west) // side), int((self.north - y) // side)

    def has(self, zoom: int, column: int, row: int) -> bool:
        """Tell whether there is such a tile.

        >>> tiles = TileGrid(0.0, 0.0)
        >>> tiles.has(8, 255, 0), tiles.has(8, 256, 0), tiles.has(7, 0, 0)
        (True, False, False)
        """
        return COARSEST_ZOOM <= zoom <= FINEST_ZOOM and 0 <= column < 2**zoom and 0 <= row < 2**zoom

    def matrices(self, *, northing_first: bool) -> list[dict[str, Any]]:
        """Return the tile matrices as the OGC standard (2D TMS 2.0) writes them, the coarsest first.

        ``northing_first``: the CRS by which they are named has the northing as its first axis.
        """
        corner = [self.north, self.west] if northing_first else [self.west, self.north]
        return [
            {
                "id": str(zoom),
                "scaleDenominator": self.pixel_m(zoom) / PIXEL_M,
                "cellSize": self.pixel_m(zoom),
                "cornerOfOrigin": "topLeft",
                "pointOfOrigin": corner,
                "tileWidth": TILE_PX,
                "tileHeight": TILE_PX,
                "matrixWidth": 2**zoom,
                "matrixHeight": 2**zoom,
            }
            for zoom in range(COARSEST_ZOOM, FINEST_ZOOM + 1)
        ]
