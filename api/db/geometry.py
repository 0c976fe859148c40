"""Keep a geometry in a column: PostGIS geometry through GeoAlchemy2 there, well-known binary elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely
import sqlalchemy as sa
from geoalchemy2 import Geometry

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray
    from sqlalchemy.engine import Dialect


class WkbGeometry(Geometry):
    """PostGIS ``geometry`` that takes and gives extended WKB as bytes, without an element around each value."""

    from_text = "ST_GeomFromEWKB"
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> None:
        """Hand bytes to the driver as they are."""

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], bytes | None]:  # noqa: ARG002
        """Give bytes, whatever buffer the driver has read them into."""
        return lambda value: None if value is None else bytes(value)


class GridGeometry(sa.types.TypeDecorator[bytes]):
    """Geometry in the county's grid; the Python value is extended WKB (see `encode` and `decode`).

    The PostGIS column has no type modifier, since one would refuse heights or demand them; that every row carries the
    county's SRID is a check constraint, set with the county (`api.db.dialects`). The spatial index is the dialect's.
    """

    impl = sa.LargeBinary
    cache_ok = True
    spatial_index = False  # asked for by GeoAlchemy2

    def load_dialect_impl(self, dialect: Dialect | None) -> sa.types.TypeEngine[Any]:
        """Return the PostGIS type on PostgreSQL, else a blob; GeoAlchemy2 asks without a dialect."""
        if dialect is not None and dialect.name == "postgresql":
            return dialect.type_descriptor(WkbGeometry(geometry_type=None, spatial_index=False))
        return sa.LargeBinary() if dialect is None else dialect.type_descriptor(sa.LargeBinary())


def encode(geometries: NDArray[np.object_], srid: int) -> NDArray[np.object_]:
    """Return extended WKB of each geometry with ``srid`` in it (0: a grid without a code); measures (M) are dropped.

    >>> import numpy as np
    >>> decode(encode(np.array([shapely.Point(1, 2, 3)]), 4546))[0].wkt
    'POINT Z (1 2 3)'
    """
    tagged = shapely.set_srid(geometries, srid)
    encoded: NDArray[np.object_] = shapely.to_wkb(
        tagged, output_dimension=3, byte_order=1, include_srid=True, flavor="extended"
    )
    return encoded


def decode(wkb: list[bytes] | NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the geometries of a list of WKB, without an SRID on them; the grid is the county's."""
    geometries: NDArray[np.object_] = shapely.from_wkb(wkb)
    untagged: NDArray[np.object_] = shapely.set_srid(geometries, 0)
    return untagged
