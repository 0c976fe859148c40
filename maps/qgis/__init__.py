"""GeoPackages that QGIS and QField open with the county's symbology, and that say what they are when they come back."""

from maps.qgis.geopackage import write_styled
from maps.qgis.returned import check_geopackage, layers_of, table_of
from maps.qgis.styles import StyledLayer, style_of
from maps.qgis.tables import tables_of

__all__ = ["StyledLayer", "check_geopackage", "layers_of", "style_of", "table_of", "tables_of", "write_styled"]
