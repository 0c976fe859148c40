"""GeoPackages that QGIS and QField open with the county's symbology, and that say what they are when they come back.

A GeoPackage is a database in a file, which `maps` knows nothing of: the styles in it are those of `maps.qgis`.
"""

from api.geopackages.returned import check_geopackage, layers_of, table_of
from api.geopackages.writing import Table, write_styled

__all__ = ["Table", "check_geopackage", "layers_of", "table_of", "write_styled"]
