"""GeoPackages that QGIS and QField open with the county's symbology, and that say what they are when they come back."""

from maps.qgis.geopackage import write_styled
from maps.qgis.styles import StyledLayer, style_of

__all__ = ["StyledLayer", "style_of", "write_styled"]
