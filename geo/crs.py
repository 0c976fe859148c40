"""Keep a county's coordinates straight: its grid, longitude and latitude to grid and back, and what is refused.

The door of two rooms: `geo.grids` (which system) and `geo.coordinates` (what does not belong into it).
"""

from __future__ import annotations

from geo.coordinates import coordinate_faults, lonlat_faults
from geo.grids import Ellipsoid, Grid, grid, grid_at, zones_at

__all__ = ["Ellipsoid", "Grid", "coordinate_faults", "grid", "grid_at", "lonlat_faults", "zones_at"]
