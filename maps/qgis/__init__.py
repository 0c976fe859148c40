"""The county's symbology as QGIS and QField read it: styles, fields and words to choose from. The files are `api`'s."""

from maps.qgis.styles import StyledLayer, style_of
from maps.qgis.tables import tables_of

__all__ = ["StyledLayer", "style_of", "tables_of"]
